/* shrink.h -- makes a failing pair small: leaves out rules, lines and records while it still fails.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "pair.h"
#include "program.h"

/* Changes both; `pair` holds the last difference afterwards. */
void shrink(struct pair *pair, struct program *program, struct stream *stream,
            const struct bounds *bounds, const struct manner *manner);
