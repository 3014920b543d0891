/* mask.h -- names, shown only as far as they must be (domain.md 9.5). */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "record/record.h"

/* Phone 138****5678, IMEI last 4, account first 6 and last 4, person and others first and last 2.
 * A name that is too short to hide anything so shows less; phones of up to 6 digits are services
 * and shown whole. */
void text_add_masked(struct text *text, struct slice spelling, enum field_type type);
/* The number of an identity document: of eighteen signs the first six and the last two. */
void text_add_masked_document(struct text *text, struct slice spelling);
/* A person's name: the family name, and a star. */
void text_add_masked_human(struct text *text, struct slice spelling);
/* An address down to its county or district; one without any shows nothing. */
void text_add_masked_address(struct text *text, struct slice spelling);
