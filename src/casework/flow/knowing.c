/* knowing.c -- what the registry of a running service knows of a trace's accounts.
 *
 * The registry belongs to detection and is asked between two of its batches; to ask for each
 * account of a trace would be thousands of waits.  So a trace is made with what is known, what it
 * wanted to know is asked for in one go, and it is made again, until it wants nothing more: names
 * that are not known yet are followed, so the first round nearly always meets all that any later
 * one does.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/flow/flow_inside.h"

#include "ground/checksum.h"
#include "live/live.h"

enum { AT_ONCE = 512 };

bool flow_bank_abroad(struct slice bic)
{
    if (bic.size != 8 && bic.size != 11)
        return false;
    for (size_t i = 0; i < 6; i++)
        if (bic.at[i] < 'A' || bic.at[i] > 'Z')
            return false;
    return memcmp(bic.at + 4, "CN", 2) != 0;
}

enum trace_end flow_list_end(const struct registry *registry, ident account, moment at)
{
    static const struct {
        const char *list;
        enum trace_end end;
    } LISTS[] = {{"merchant", END_MERCHANT},
                 {"exchange", END_EXCHANGE},
                 {"gold", END_GOLD},
                 {"foreign", END_FOREIGN}};
    for (size_t i = 0; i < sizeof LISTS / sizeof LISTS[0]; i++)
        if (registry_lists(registry, slice_of(LISTS[i].list), account, FIELD_ACCOUNT, at))
            return LISTS[i].end;
    return ENDS_COUNT;
}

enum status knowing_create(struct knowing *knowing, struct live *live, struct arena *arena)
{
    *knowing = (struct knowing){.live = live};
    return ARENA_NEW(arena, FLOW_NAMES_MAX, &knowing->slot);
}

const struct known *knowing_of(struct knowing *knowing, ident account, int64_t at)
{
    static const struct known NOTHING = {.end = ENDS_COUNT};
    uint32_t i = (uint32_t)hash_word(account.bits ^ hash_word((uint64_t)at));
    for (i &= FLOW_NAMES_MAX - 1; knowing->slot[i].used; i = (i + 1) & (FLOW_NAMES_MAX - 1))
        if (knowing->slot[i].account == account.bits && knowing->slot[i].at == at)
            return &knowing->slot[i];
    if (knowing->count == FLOW_NAMES_MAX / 4 * 3) {
        knowing->full = true;
        return &NOTHING;
    }
    knowing->slot[i] =
        (struct known){.account = account.bits, .at = at, .end = ENDS_COUNT, .used = true};
    knowing->count++;
    knowing->unanswered++;
    return &knowing->slot[i];
}

/* ---- asking ---- */

struct asked {
    struct question question;
    struct known *known[AT_ONCE];
    unsigned count;
    pthread_mutex_t lock;
    pthread_cond_t answered;
    bool done;
};

static void answer(struct question *question, struct pipeline *pipeline)
{
    struct asked *asked = (struct asked *)(void *)question; /* its first member */
    const struct registry *registry = pipeline->registry;
    for (unsigned i = 0; i < asked->count; i++) {
        struct known *known = asked->known[i];
        ident account = {known->account};
        if (known->at == KNOWN_PERSON)
            known->person = registry_person(registry, account, FIELD_ACCOUNT);
        else
            known->end = flow_list_end(registry, account, (moment){known->at});
    }
    (void)pthread_mutex_lock(&asked->lock);
    asked->done = true;
    (void)pthread_cond_signal(&asked->answered);
    (void)pthread_mutex_unlock(&asked->lock);
}

static enum status ask_some(struct knowing *knowing, struct asked *asked)
{
    asked->done = false;
    TRY(live_ask(knowing->live, &asked->question));
    (void)pthread_mutex_lock(&asked->lock);
    while (!asked->done)
        (void)pthread_cond_wait(&asked->answered, &asked->lock);
    (void)pthread_mutex_unlock(&asked->lock);
    for (unsigned i = 0; i < asked->count; i++)
        asked->known[i]->answered = true;
    knowing->unanswered -= asked->count;
    asked->count = 0;
    return STATUS_OK;
}

enum status knowing_ask(struct knowing *knowing)
{
    struct asked asked = {.question = {.ask = answer},
                          .lock = PTHREAD_MUTEX_INITIALIZER,
                          .answered = PTHREAD_COND_INITIALIZER};
    for (uint32_t i = 0; i < FLOW_NAMES_MAX; i++) {
        struct known *known = &knowing->slot[i];
        if (!known->used || known->answered)
            continue;
        asked.known[asked.count++] = known;
        if (asked.count == AT_ONCE)
            TRY(ask_some(knowing, &asked));
    }
    return asked.count == 0 ? STATUS_OK : ask_some(knowing, &asked);
}
