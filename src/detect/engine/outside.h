/* outside.h -- what an expression asks of the world outside the machine: entities, registers, the
 * spelling of a name, the calendar. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/engine/engine_inside.h"

/* A spelling, or nothing if it cannot be had. */
struct spelled {
    struct slice slice;
    char room[IDENT_BYTES_MAX];
};

/* The visit by which a key of the profile was fed; NULL: it named nobody.  The row is of a kind
 * that feeds the profile. */
const struct visit *visit_by_key(const struct engine *engine, unsigned profile, unsigned row,
                                 uint8_t key);
/* The answer to a numbered read as things were for the record in lane `lane` of the frame. */
uint64_t outside_read(const struct frame *frame, unsigned read, uint32_t lane, uint64_t name);
double outside_number(const struct engine *engine, struct look_up look_up, ident name);
ident outside_name(const struct engine *engine, struct look_up look_up, ident name);
/* `field` is 1 more than the field that the name was read from, or 0. */
void outside_spell(const struct frame *frame, uint32_t lane, ident name, unsigned field,
                   struct spelled *out);
ident spelled_tac(const struct spelled *spelled);
double spelled_digits(const struct spelled *spelled);
double outside_hour(int32_t zone_minutes, double moment_ms);
double outside_weekday(int32_t zone_minutes, double moment_ms);
