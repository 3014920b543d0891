/* phone.h -- a short way for phone numbers that are canonical already. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/text.h"

/* `+`, and a number that phone_canonical() leaves as it is at any home country.  False says
 * nothing. */
bool phone_is_plain(struct slice written);
/* At least eight bytes, all of them digits. */
bool digits_only(const char *at, size_t size);
