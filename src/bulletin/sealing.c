/* sealing.c -- what an alert says unmasked is a sealed text in the table.
 *
 *     "id\n" + JSON ── XChaCha20-Poly1305, key of this installation ──> column `sealed`
 *
 * Whoever has the file of the database, or a copy of it without the keys, has no phone number, no
 * account and no name of anybody; the filter asks for pseudonyms and for masked words.
 *
 * Rows from before this was so are sealed when the service starts, in groups; then the database
 * file is written anew, because what was overwritten may still stand in the gaps of its pages.  A
 * start that is killed in between is gone on with by the next.
 *
 * Invariants:  1. A sealed text opens only beside the id that it was sealed for.
 *              2. When bulletin_open returns OK, nothing in the file is unmasked.
 * Not chosen:  sealing the whole file.  The filter would then need it open, and so would every
 *              copy that somebody looks at. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "bulletin/bulletin_inside.h"

enum { SEALED_AT_ONCE = 200 };

enum status sealing_write(struct bulletin *bulletin, struct slice id, struct slice unmasked,
                          struct slice *out)
{
    const struct bulletin_options *options = &bulletin->options;
    struct text plain = text_over(bulletin->plain, SEALING_PLAIN_MAX);
    text_add(&plain, id);
    text_add_char(&plain, '\n');
    text_add(&plain, unmasked);
    must(!plain.full);
    enum status status =
        secret_seal(&options->sealing, options->chance, text_slice(&plain), bulletin->sealed);
    secret_wipe(bulletin->plain, plain.size);
    TRY(status);
    *out = (struct slice){(const char *)bulletin->sealed, plain.size + SECRET_OVERHEAD};
    return STATUS_OK;
}

enum status bulletin_unseal(struct bulletin *bulletin, const struct alert_row *row,
                            struct arena *arena, struct slice *out)
{
    unsigned char *plain;
    if (row->sealed.size < SECRET_OVERHEAD + row->id.size + 1)
        return STATUS_MALFORMED;
    size_t size = row->sealed.size - SECRET_OVERHEAD;
    TRY(arena_take(arena, size, (void **)&plain));
    if (secret_open(&bulletin->options.sealing, row->sealed, plain) != STATUS_OK)
        return STATUS_MALFORMED;
    struct slice whole = {(const char *)plain, size};
    if (!slice_starts(whole, row->id) || whole.at[row->id.size] != '\n')
        return STATUS_MALFORMED;
    *out = (struct slice){whole.at + row->id.size + 1, size - row->id.size - 1};
    return STATUS_OK;
}

/* ---- rows from before ---- */

struct unsealed {
    int64_t number;
    struct slice id, unmasked;
};

static enum status whole_of(struct store *store, const char *sql, int64_t *out)
{
    struct store_rows *rows = NULL;
    struct store_value row[1];
    TRY(store_query(store, sql, NULL, 0, &rows));
    enum status status = store_next(rows, row, 1);
    if (status == STATUS_OK)
        *out = row[0].whole;
    store_end(rows);
    return status;
}

static enum status unsealed_read(struct store *store, struct arena *scratch,
                                 struct unsealed out[SEALED_AT_ONCE], size_t *count)
{
    static const char NEXT[] = "SELECT number, id, unmasked FROM alert WHERE sealed IS NULL "
                               "ORDER BY number LIMIT ?1";
    const struct store_value most = STORE_OF_WHOLE(SEALED_AT_ONCE);
    struct store_rows *rows = NULL;
    struct store_value row[3];
    *count = 0;
    TRY(store_query(store, NEXT, &most, 1, &rows));
    enum status status = store_next(rows, row, 3);
    while (status == STATUS_OK) {
        struct unsealed *next = &out[(*count)++];
        next->number = row[0].whole;
        status = slice_copy(scratch, row[1].bytes, &next->id);
        if (status == STATUS_OK)
            status = slice_copy(scratch, row[2].bytes, &next->unmasked);
        if (status == STATUS_OK)
            status = store_next(rows, row, 3);
    }
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

/* Inside a transaction; STATUS_END: there was none left. */
static enum status some_seal(struct bulletin *bulletin, struct arena *scratch, size_t *count)
{
    static const char SEAL[] = "UPDATE alert SET sealed = ?2, unmasked = '' WHERE number = ?1";
    struct unsealed row[SEALED_AT_ONCE];
    TRY(unsealed_read(bulletin->options.store, scratch, row, count));
    for (size_t i = 0; i < *count; i++) {
        struct slice sealed;
        TRY(sealing_write(bulletin, row[i].id, row[i].unmasked, &sealed));
        const struct store_value values[] = {STORE_OF_WHOLE(row[i].number), STORE_OF_BYTES(sealed)};
        TRY(store_run(bulletin->options.store, SEAL, values, 2));
    }
    return *count == 0 ? STATUS_END : STATUS_OK;
}

static enum status all_seal(struct bulletin *bulletin, struct arena *scratch, int64_t all)
{
    const struct bulletin_options *options = &bulletin->options;
    for (int64_t done = 0;;) {
        size_t count = 0;
        arena_reset(scratch);
        TRY(store_begin(options->store));
        enum status status = some_seal(bulletin, scratch, &count);
        if (status != STATUS_OK)
            store_rollback(options->store);
        if (status == STATUS_END)
            return STATUS_OK;
        TRY(status);
        TRY(store_commit(options->store));
        done += (int64_t)count;
        if (options->sealed != NULL)
            options->sealed(options->self, (uint64_t)done, (uint64_t)all);
    }
}

static enum status finished_note(struct store *store)
{
    TRY(store_begin(store));
    enum status status = store_run(store, "UPDATE alert_sealing SET done = 1", NULL, 0);
    if (status == STATUS_OK)
        return store_commit(store);
    store_rollback(store);
    return status;
}

static enum status before_seal(struct bulletin *bulletin, struct arena *scratch)
{
    struct store *store = bulletin->options.store;
    int64_t done = 0, any = 0, left = 0;
    TRY(store_begin(store)); /* the writer is used within transactions only */
    enum status status = whole_of(store, "SELECT done FROM alert_sealing", &done);
    if (status == STATUS_OK)
        status = whole_of(store, "SELECT COUNT(*) FROM alert", &any);
    if (status == STATUS_OK)
        status = whole_of(store, "SELECT COUNT(*) FROM alert WHERE sealed IS NULL", &left);
    store_rollback(store);
    TRY(status);
    if (done != 0)
        return STATUS_OK;
    TRY(all_seal(bulletin, scratch, left));
    if (any > 0)
        TRY(store_scrub(store));
    return finished_note(store);
}

enum status sealing_finish(struct bulletin *bulletin, struct text *why)
{
    struct arena *scratch;
    TRY(arena_create(&scratch, (size_t)SEALED_AT_ONCE * 2 * ALERT_BYTES_MAX));
    enum status status = before_seal(bulletin, scratch);
    arena_destroy(scratch);
    if (status == STATUS_FULL)
        text_add_string(why, "sealing the alerts of before needs as much free disk, once, as "
                             "store.db has");
    return status;
}
