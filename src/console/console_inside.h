/* console_inside.h -- the table that console/build.mjs writes, or none.c in its place. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "console/console.h"

extern const struct console_file CONSOLE_FILES[];
extern const size_t CONSOLE_FILES_COUNT;
