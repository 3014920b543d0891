/* flow.c -- traces as they are kept, looked at, and turned into orders. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/flow/flow_inside.h"

enum { ID_BYTES = 10, STOP_FIELDS = 5 };

const struct store_migration FLOW_MIGRATIONS[FLOW_MIGRATIONS_COUNT] = {
    {"casework: traces of money",
     "CREATE TABLE flow_trace (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, made INTEGER "
     "NOT NULL, by_user TEXT NOT NULL, organisation TEXT NOT NULL, position INTEGER NOT NULL, "
     "masked BLOB NOT NULL, sealed BLOB NOT NULL);"
     "CREATE TABLE flow_stop (trace TEXT NOT NULL, account INTEGER NOT NULL, level INTEGER NOT "
     "NULL, sealed BLOB NOT NULL, item TEXT, PRIMARY KEY (trace, account)) WITHOUT ROWID;"},
};

enum status flow_open(struct flow **out, const struct flow_options *options, struct arena *boot)
{
    must(options->seals_count >= 1 && options->seals_count <= FLOW_SEALS_MAX);
    TRY(ARENA_NEW(boot, 1, out));
    (*out)->options = *options;
    return STATUS_OK;
}

void flow_close(struct flow *flow)
{
    if (flow != NULL)
        secret_wipe(flow->options.seal, sizeof flow->options.seal);
}

void flow_count(struct flow *flow, struct flow_counts *out)
{
    *out = (struct flow_counts){.traces = atomic_load(&flow->traces),
                                .refused = atomic_load(&flow->refused),
                                .orders = atomic_load(&flow->orders),
                                .slowest_us = atomic_load(&flow->slowest_us)};
}

/* ---- sealing ---- */

static enum status unseal(const struct flow *flow, struct slice sealed, struct arena *request,
                          struct slice *out)
{
    unsigned key;
    return flow_unseal(flow, sealed, request, out, &key);
}

/* Five texts of at most 255 bytes, each behind its size. */
static enum status seal_stop(const struct flow *flow, const struct flow_stop *stop,
                             struct arena *request, struct slice *out)
{
    const struct slice fields[STOP_FIELDS] = {stop->payee, stop->bank, stop->amount, stop->paid_at,
                                              stop->payer};
    char bytes[STOP_FIELDS * 256];
    struct text text = text_over(bytes, sizeof bytes);
    for (int i = 0; i < STOP_FIELDS; i++) {
        must(fields[i].size < 256);
        text_add_char(&text, (char)fields[i].size);
        text_add(&text, fields[i]);
    }
    return text.full ? STATUS_FULL : flow_seal(flow, text_slice(&text), request, out);
}

static enum status unseal_stop(const struct flow *flow, struct slice sealed, struct arena *request,
                               struct flow_stop *out)
{
    struct slice *const fields[STOP_FIELDS] = {&out->payee, &out->bank, &out->amount, &out->paid_at,
                                               &out->payer};
    struct slice plain;
    TRY(unseal(flow, sealed, request, &plain));
    for (int i = 0; i < STOP_FIELDS; i++) {
        size_t size = plain.size == 0 ? 0 : (unsigned char)plain.at[0];
        if (plain.size < 1 + size)
            return STATUS_MALFORMED;
        *fields[i] = (struct slice){plain.at + 1, size};
        plain.at += 1 + size;
        plain.size -= 1 + size;
    }
    return STATUS_OK;
}

/* ---- keeping ---- */

static enum status draw_id(const struct flow *flow, char id[FLOW_ID_SIZE])
{
    struct secret random;
    struct text text = text_over(id, FLOW_ID_SIZE);
    TRY(secret_draw(flow->options.chance, &random));
    text_add_string(&text, "T");
    text_add_base32(&text, (struct slice){(const char *)random.bytes, ID_BYTES});
    return text.full ? STATUS_FULL : STATUS_OK;
}

static enum status put_stop(struct flow *flow, const char *id, const struct flow_stop *stop,
                            struct arena *request)
{
    static const char ADD[] =
        "INSERT INTO flow_stop (trace, account, level, sealed) VALUES (?1, ?2, ?3, ?4)";
    struct slice sealed;
    TRY(seal_stop(flow, stop, request, &sealed));
    const struct store_value values[] = {STORE_OF_TEXT(slice_of(id)), STORE_OF_WHOLE(stop->account),
                                         STORE_OF_WHOLE(stop->level), STORE_OF_BYTES(sealed)};
    return store_run(flow->options.store, ADD, values, 4);
}

enum status flow_keep(struct flow *flow, const struct flow_answer *answer,
                      const struct identity *by, struct arena *request, char id[FLOW_ID_SIZE])
{
    static const char ADD[] = "INSERT INTO flow_trace (id, made, by_user, organisation, position, "
                              "masked, sealed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    struct slice sealed;
    moment now = flow->options.clock.now(flow->options.clock.self);
    TRY(draw_id(flow, id));
    TRY(flow_seal(flow, answer->unmasked, request, &sealed));
    const struct store_value values[] = {
        STORE_OF_TEXT(slice_of(id)),
        STORE_OF_WHOLE(now.ms),
        STORE_OF_TEXT(slice_of(by->id)),
        STORE_OF_TEXT(slice_of(by->organisation)),
        STORE_OF_WHOLE((int64_t)answer->position),
        STORE_OF_BYTES(answer->masked),
        STORE_OF_BYTES(sealed),
    };
    TRY(store_run(flow->options.store, ADD, values, 7));
    for (uint32_t i = 0; i < answer->stops_count; i++)
        TRY(put_stop(flow, id, &answer->stop[i], request));
    return STATUS_OK;
}

/* ---- looking ---- */

static void copy_text(char *out, size_t size, struct slice from)
{
    struct text text = text_over(out, size);
    text_add(&text, from);
}

static enum status find(struct store *reader, const char *sql, struct slice id,
                        struct arena *request, struct flow_row *out)
{
    const struct store_value value = STORE_OF_TEXT(id);
    struct store_value at[5];
    TRY(store_one(reader, sql, &value, 1, at, 5, request));
    *out = (struct flow_row){
        .made = {at[1].whole}, .position = (uint64_t)at[3].whole, .json = at[4].bytes};
    copy_text(out->id, sizeof out->id, at[0].bytes);
    copy_text(out->by, sizeof out->by, at[2].bytes);
    return STATUS_OK;
}

enum status flow_show(struct store *reader, struct slice id, struct arena *request,
                      struct flow_row *out)
{
    static const char FIND[] =
        "SELECT id, made, by_user, position, masked FROM flow_trace WHERE id = ?1";
    return find(reader, FIND, id, request, out);
}

enum status flow_reveal(struct flow *flow, struct slice id, const struct identity *by,
                        struct arena *request, struct flow_row *out)
{
    static const char FIND[] =
        "SELECT id, made, by_user, position, sealed FROM flow_trace WHERE id = ?1";
    TRY(find(flow->options.store, FIND, id, request, out));
    TRY(work_reveal_counted(flow->options.work, by));
    return unseal(flow, out->json, request, &out->json);
}

enum status flow_orders(struct store *reader, struct slice id, struct arena *request,
                        struct text *out)
{
    static const char FIND[] = "SELECT account, item FROM flow_stop WHERE trace = ?1 AND item IS "
                               "NOT NULL ORDER BY account";
    const struct store_value value = STORE_OF_TEXT(id);
    struct store_rows *rows = NULL;
    struct store_value at[2];
    enum status status;
    bool any = false;
    (void)request;
    TRY(store_query(reader, FIND, &value, 1, &rows));
    while ((status = store_next(rows, at, 2)) == STATUS_OK) {
        text_addf(out, "%s{\"account\":%lld,\"item\":", any ? "," : "", (long long)at[0].whole);
        text_add_json(out, at[1].bytes);
        text_add_char(out, '}');
        any = true;
    }
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

/* ---- orders ---- */

enum status flow_order(struct flow *flow, struct slice id, uint32_t account,
                       const struct identity *by, struct arena *request, char item[WORK_ID_SIZE])
{
    static const char FIND[] =
        "SELECT level, sealed, item FROM flow_stop WHERE trace = ?1 AND account = ?2";
    static const char NOTE[] = "UPDATE flow_stop SET item = ?3 WHERE trace = ?1 AND account = ?2";
    const struct store_value key[] = {STORE_OF_TEXT(id), STORE_OF_WHOLE(account)};
    struct store_value at[3];
    struct flow_stop stop;
    struct work_item order;
    TRY(store_one(flow->options.store, FIND, key, 2, at, 3, request));
    if (at[2].type == STORE_TEXT) { /* it is one already */
        copy_text(item, WORK_ID_SIZE, at[2].bytes);
        return STATUS_OK;
    }
    TRY(unseal_stop(flow, at[1].bytes, request, &stop));
    const struct stop_cause cause = {
        .owner = slice_of(by->organisation),
        .about = id,
        .payee = stop.payee,
        .payee_bank = stop.bank,
        .amount = stop.amount,
        .paid_at = stop.paid_at,
        .payer = stop.payer,
        .level = at[0].whole < 1 ? 1u : (unsigned)at[0].whole,
    };
    TRY(stop_from(flow->options.stops, &cause, request, &order));
    copy_text(item, WORK_ID_SIZE, slice_of(order.id));
    const struct store_value note[] = {key[0], key[1], STORE_OF_TEXT(slice_of(item))};
    (void)atomic_fetch_add(&flow->orders, 1);
    return store_run(flow->options.store, NOTE, note, 3);
}
