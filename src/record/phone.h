/* phone.h -- one person, one spelling: a phone number as people and switches write it, made
 * canonical. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/text.h"

/* One phone number as written at the home country: E.164 with `+`, or the service number as
 * dialled.  STATUS_MALFORMED: it is not a phone number. */
enum status phone_canonical(struct slice written, struct slice home_country, struct text *out);
/* `+`, and a number that phone_canonical() leaves as it is at any home country.  False says
 * nothing. */
bool phone_is_plain(struct slice written);
/* At least eight bytes, all of them digits. */
bool digits_only(const char *at, size_t size);
