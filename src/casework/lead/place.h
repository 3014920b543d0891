/* place.h -- one house, however its address was written down. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/text.h"

/* What two addresses of one house have in common: county, street, number; no floor, room or name of
 * a shop.  false: too little to tell houses apart. */
bool text_add_place_key(struct text *text, struct slice region, struct slice address);
