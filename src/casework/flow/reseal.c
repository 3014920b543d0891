/* reseal.c -- traces that lie under an older key are sealed under the newest, some at a time.
 *
 * As in work (casework/work/reseal.c): which key sealed a text is not written beside it, the right
 * one opens it; nothing is kept of how far it came, and whoever is killed begins anew.  A trace and
 * what is proposed of its accounts change in one transaction.
 *
 * Invariant:  a text that no key opens ends the pass, so that no key is given up then. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/flow/flow_inside.h"

enum { BATCH_MAX = 2 }; /* a trace is up to FLOW_JSON_BYTES_MAX, and is there three times */

struct found {
    int64_t number; /* of a trace, or of an account in it */
    struct slice sealed, id;
};

enum status flow_seal(const struct flow *flow, struct slice plain, struct arena *request,
                      struct slice *out)
{
    unsigned char *sealed = NULL;
    TRY(arena_take(request, plain.size + SECRET_OVERHEAD, (void **)&sealed));
    TRY(secret_seal(&flow->options.seal[0], flow->options.chance, plain, sealed));
    *out = (struct slice){(const char *)sealed, plain.size + SECRET_OVERHEAD};
    return STATUS_OK;
}

enum status flow_unseal(const struct flow *flow, struct slice sealed, struct arena *request,
                        struct slice *out, unsigned *key)
{
    unsigned char *plain = NULL;
    if (sealed.size < SECRET_OVERHEAD)
        return STATUS_MALFORMED;
    TRY(arena_take(request, sealed.size - SECRET_OVERHEAD + 1, (void **)&plain));
    for (*key = 0; *key < flow->options.seals_count; ++*key) {
        if (secret_open(&flow->options.seal[*key], sealed, plain) != STATUS_OK)
            continue;
        *out = (struct slice){(const char *)plain, sealed.size - SECRET_OVERHEAD};
        return STATUS_OK;
    }
    return STATUS_MALFORMED;
}

/* Rows of a number, a sealed text and an id: of a trace, at most so many. */
struct rows {
    const char *sql;
    struct store_value of;
    unsigned most;
};

static enum status read_rows(struct flow *flow, const struct rows *of, struct arena *scratch,
                             struct found *out, unsigned *count)
{
    const struct store_value values[] = {of->of, STORE_OF_WHOLE(of->most)};
    struct store_rows *rows = NULL;
    struct store_value at[3];
    TRY(store_query(flow->options.store, of->sql, values, 2, &rows));
    enum status status = store_next(rows, at, 3);
    for (*count = 0; status == STATUS_OK && *count < of->most; ++*count) {
        out[*count].number = at[0].whole;
        status = slice_copy(scratch, at[1].bytes, &out[*count].sealed);
        if (status == STATUS_OK)
            status = slice_copy(scratch, at[2].bytes, &out[*count].id);
        if (status == STATUS_OK)
            status = store_next(rows, at, 3);
    }
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status one_reseal(struct flow *flow, const struct found *found, const char *write,
                              struct arena *scratch, uint64_t *done)
{
    struct slice plain, sealed;
    unsigned key;
    TRY(flow_unseal(flow, found->sealed, scratch, &plain, &key));
    if (key == 0)
        return STATUS_OK;
    TRY(flow_seal(flow, plain, scratch, &sealed));
    const struct store_value values[] = {STORE_OF_TEXT(found->id), STORE_OF_WHOLE(found->number),
                                         STORE_OF_BYTES(sealed)};
    ++*done;
    return store_run(flow->options.store, write, values, 3);
}

static enum status stops_reseal(struct flow *flow, struct slice trace, struct arena *scratch,
                                uint64_t *done)
{
    static const char READ[] = "SELECT account, sealed, trace FROM flow_stop WHERE trace = ?1 "
                               "ORDER BY account LIMIT ?2";
    static const char WRITE[] =
        "UPDATE flow_stop SET sealed = ?3 WHERE trace = ?1 AND account = ?2";
    const struct rows rows = {READ, STORE_OF_TEXT(trace), FLOW_STOPS_MAX};
    struct found *found;
    unsigned count;
    TRY(ARENA_NEW(scratch, FLOW_STOPS_MAX, &found));
    TRY(read_rows(flow, &rows, scratch, found, &count));
    for (unsigned i = 0; i < count; i++)
        TRY(one_reseal(flow, &found[i], WRITE, scratch, done));
    return STATUS_OK;
}

static enum status batch_reseal(struct flow *flow, struct arena *scratch, unsigned *count,
                                uint64_t *done)
{
    static const char READ[] = "SELECT number, sealed, id FROM flow_trace WHERE number > ?1 ORDER "
                               "BY number LIMIT ?2";
    static const char WRITE[] = "UPDATE flow_trace SET sealed = ?3 WHERE id = ?1 AND number = ?2";
    const struct rows rows = {READ, STORE_OF_WHOLE(flow->resealed), BATCH_MAX};
    struct found found[BATCH_MAX];
    TRY(read_rows(flow, &rows, scratch, found, count));
    for (unsigned i = 0; i < *count; i++) {
        TRY(one_reseal(flow, &found[i], WRITE, scratch, done));
        TRY(stops_reseal(flow, found[i].id, scratch, done));
    }
    if (*count != 0)
        flow->resealing = found[*count - 1].number;
    return STATUS_OK;
}

enum status flow_reseal(struct flow *flow, struct arena *scratch, uint64_t *done, bool *more)
{
    unsigned count = 0;
    *done = 0;
    *more = false;
    if (flow->options.seals_count < 2)
        return STATUS_OK;
    TRY(store_begin(flow->options.store));
    enum status status = batch_reseal(flow, scratch, &count, done);
    if (status != STATUS_OK) {
        store_rollback(flow->options.store);
        return status;
    }
    TRY(store_commit(flow->options.store));
    flow->resealed = flow->resealing;
    *more = count == BATCH_MAX;
    return STATUS_OK;
}
