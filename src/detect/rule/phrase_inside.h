/* phrase_inside.h -- expressions, as they are written. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "reader_inside.h"

/* NULL: not understood, and complained about, or no memory. */
struct phrase *parse_phrase(struct reader *reader);
