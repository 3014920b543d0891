/* names_inside.h -- what a name could have meant. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "compile_inside.h"

/* The candidate that differs least from what was written, if it is near enough to be meant. */
struct guess {
    struct slice written;
    struct slice best;
    unsigned distance;
};

struct guess guess_start(struct slice written);
void guess_try(struct guess *guess, struct slice candidate);

bool aggregate_find(struct slice word, enum aggregate *out);
bool function_find(struct slice word, enum function *out);
bool flow_find(struct slice word, enum flow_kind *out);
bool label_find(struct slice word, enum label *out);
/* person, cell or region. */
bool register_find(struct slice word, enum record_kind *out);
/* A kind of event. */
bool event_find(struct slice word, enum record_kind *out);
bool aggregate_takes_value(enum aggregate aggregate);
unsigned function_args_min(enum function function);
unsigned function_args_max(enum function function);
struct saying aggregate_saying(enum aggregate aggregate);
struct saying function_saying(enum function function);
struct saying flow_saying(enum flow_kind flow);
struct type flow_type(enum flow_kind flow);
/* The type of a field as expressions see it; false: it holds several names, see `*out`.name. */
bool type_of_field(enum record_kind kind, unsigned field, struct type *out);
/* "duration", "imei", "call.result": a key of terms.inc where it is one. */
struct slice type_key(struct compile *compile, struct type type);
/* The key in the tongue; with an article in English.  What is no key is given back. */
struct slice term_in(struct slice key, enum tongue tongue, bool article);
