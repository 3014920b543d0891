/* reading.h -- looking into JSON that a service answered, without building anything.
 *
 * The text is the service's own, so it is JSON; whatever is not where it is looked for is empty. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/text.h"

/* The raw value of a member of an object, quotes and all; empty: none. */
struct slice answered_member(struct slice object, const char *name);
/* The next raw value of an array or the next member of an object (`*name`), from `*at` (begin with
 * 0); false: no more. */
bool answered_next(struct slice container, size_t *at, struct slice *name, struct slice *value);
/* A string's text with its escapes resolved, anything else as it is; at most what fits. */
void text_add_json_value(struct text *text, struct slice raw);
/* The value as lines for people: members one below the other, deeper ones indented. */
void text_add_json_lines(struct text *text, struct slice raw, unsigned depth);
