/* limits.h -- the bounds of limits.inc as constants. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

enum limit {
#define LIMIT(name, value, reason) name = (value),
#include "limits.inc"
#undef LIMIT
};
