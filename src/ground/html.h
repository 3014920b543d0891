/* html.h -- texts that came from elsewhere, as they may be shown.
 *
 * Controls, bytes that are no UTF-8, and whatever turns, hides or joins what stands beside it are
 * shown as U+FFFD; tabs are blanks, line ends stay. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/text.h"

void text_add_clean(struct text *text, struct slice slice);
/* The same with what HTML and XML need escaped, inside quotes, too. */
void text_add_html(struct text *text, struct slice slice);
