/* organ_test.h -- a county that freezes, the organs above it, two banks, and whatever they do.
 *
 * The house of the tests of work (house_test.h), whose centre is a county's, with the kinds of
 * stops, cases and freezes; and a law pack that settles what the shipped one leaves open (the term
 * of the equity of a listed company), so that every level has something to approve. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/case/case.h"
#include "casework/freeze/freeze.h"
#include "casework/work/house_test.h"

struct organ {
    char id[ACCESS_ID_SIZE];
    struct identity officer, head;
};

struct organs {
    struct house *house;
    struct stop_desk stops;
    struct freeze_desk desk;
    struct casebook casebook;
    struct law law;
    struct arena *law_arena;
    struct organ county, city, province, ministry; /* the county is the house itself */
    char other_bank[ACCESS_ID_SIZE];
    struct identity other_teller;
};

extern struct organs organs;

/* Before any test: the law.  `settled`: with the term of the equity of listed companies. */
bool organs_law(bool settled);
int organs_up(void **state);
int organs_down(void **state);

/* Texts that live as long as the test. */
struct slice at_text(int64_t ms);
struct slice number_text(int64_t number);
int64_t now_ms(void);

struct given {
    const char *field;
    struct slice value;
};
enum status made(const struct work_kind *kind, const struct identity *by, const struct given *given,
                 unsigned count, struct work_item *out);
enum status does(struct work_item *item, const char *step, const struct identity *by,
                 const struct given *given, unsigned count);
/* A step for two, asked and approved. */
enum status both(struct work_item *item, const char *step, const struct organ *organ,
                 const struct given *given, unsigned count);
enum status word(struct work_item *item, const struct identity *by, bool yes);
void seen(struct work_item *item, const struct identity *by); /* as it is now */
bool is_in(const char *id, const char *state);
void state_is(const char *id, const char *state);
void waits(int64_t ms); /* and what falls due is done */

/* A case of the county, filed. */
void a_case(struct work_item *out, bool filed);
/* A freeze of that account, drafted, the notice whole. */
void a_draft(struct work_item *out, const char *case_id, const char *account, const char *asset,
             int64_t months);
/* The same, ordered by the county. */
void an_order(struct work_item *out, const char *case_id, const char *account);
/* The bank freezes all of it at that moment. */
enum status freezes(struct work_item *item, int64_t ms);
/* Ends of terms as the pack says, counted here by its names. */
int64_t term_end(const char *entry, int64_t from_ms);

#define GIVE(name, text)    \
    {                       \
        (name), SLICE(text) \
    }
