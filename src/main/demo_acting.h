/* demo_acting.h -- what those who act by themselves have in common. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "demo.h"

#include <stdlib.h>

enum { LOSSES_MAX = 16 };

/* What a victim told of, and where its trace is kept. */
struct loss {
    const struct town_row *row;
    char victim[DEMO_WORD_MAX]; /* the dissuasion */
    char trace[DEMO_WORD_MAX];
};

struct acting {
    struct demo *demo;
    struct demo_client *client;
    struct text list; /* items that are gone through */
    unsigned documents;
    unsigned chapter; /* of the story: how many were told */
    unsigned tries;
    struct loss loss[LOSSES_MAX];
    unsigned losses_count;
    uint64_t judged; /* number of the last alert that somebody thought about */
    unsigned calls;  /* of victims to the hotline */
};

/* Everything that is asked from now on is asked by this user; false: there is none yet. */
bool acting_as(struct acting *acting, const char *login);
/* A number of an id, the same each time. */
int64_t acting_number(const char *id);
void acting_now(const struct acting *acting, char out[DEMO_WORD_MAX], int64_t ago_ms);
/* One field unmasked; false: refused. */
bool acting_reveal(struct acting *acting, const char *id, const char *field, char *out,
                   size_t size);

/* demo_story.c: follows a victim's payment, and orders what it proposes first. */
void acting_trace(struct acting *acting, const char *victim, const struct town_row *row);
/* The next chapter, if its time has come. */
void acting_story(struct acting *acting);
