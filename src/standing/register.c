/* register.c -- the register in tables: what stands, and every change of it in a chain of hashes.
 *
 * A change is one row of standing_delta, whose chain is SHA-256 over the chain before it and the
  * row.
 * Whoever follows reads rows behind its own version; whoever exports, too. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "standing/register.h"

#include "ground/limits.h"

enum { DELTAS_A_TURN = 4096, ROW_TEXT_MAX = 512 };

const struct store_migration STANDING_MIGRATIONS[STANDING_MIGRATIONS_COUNT] = {
    {"standing: register",
     "CREATE TABLE standing_entry (number INTEGER PRIMARY KEY, item TEXT NOT NULL UNIQUE, key BLOB "
     "NOT NULL, card INTEGER NOT NULL, from_s INTEGER NOT NULL, until_s INTEGER NOT NULL, dropped "
     "INTEGER NOT NULL, pack TEXT NOT NULL, criminal INTEGER NOT NULL, suspended INTEGER NOT NULL, "
     "stands INTEGER NOT NULL);"
     "CREATE TABLE standing_delta (version INTEGER PRIMARY KEY, enters INTEGER NOT NULL, number "
     "INTEGER NOT NULL, key BLOB NOT NULL, card INTEGER NOT NULL, from_s INTEGER NOT NULL, until_s "
     "INTEGER NOT NULL, dropped INTEGER NOT NULL, pack TEXT NOT NULL, criminal INTEGER NOT NULL, "
     "suspended INTEGER NOT NULL, chain BLOB NOT NULL);"
     "CREATE TABLE standing_customer (key BLOB NOT NULL, organisation TEXT NOT NULL, PRIMARY KEY "
     "(key, organisation)) WITHOUT ROWID;"
     "CREATE INDEX standing_customer_organisation ON standing_customer (organisation);"},
    {"standing: checks",
     "CREATE TABLE standing_group (number INTEGER PRIMARY KEY, asker TEXT NOT NULL, first INTEGER "
     "NOT NULL, last INTEGER NOT NULL, count INTEGER NOT NULL, sealed_ms INTEGER NOT NULL, kept "
     "INTEGER NOT NULL, rows BLOB NOT NULL, note TEXT NOT NULL);"
     "CREATE INDEX standing_group_asker ON standing_group (asker, first);"
     "CREATE INDEX standing_group_kept ON standing_group (sealed_ms) WHERE kept = 1;"},
    {"standing: what stood as of a version",
     "CREATE INDEX standing_delta_number ON standing_delta (number, version);"},
};

/* ---- writing ---- */

enum status standing_last_of(struct store *store, struct standing_last *out)
{
    static const char LAST[] = "SELECT version, chain FROM standing_delta WHERE ?1 = ?1 ORDER BY "
                               "version DESC LIMIT 1";
    const struct store_value none = STORE_OF_WHOLE(0);
    struct store_rows *rows = NULL;
    struct store_value at[2];
    *out = (struct standing_last){0};
    TRY(store_query(store, LAST, &none, 1, &rows));
    enum status status = store_next(rows, at, 2);
    if (status == STATUS_OK && at[1].bytes.size == DIGEST_SIZE) {
        out->version = (uint64_t)at[0].whole;
        memcpy(out->chain.bytes, at[1].bytes.at, DIGEST_SIZE);
    }
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status number_of(struct store *store, struct slice item, int64_t *out, bool *known)
{
    static const char FIND[] = "SELECT number FROM standing_entry WHERE item = ?1";
    static const char NEXT[] = "SELECT COALESCE(MAX(number), 0) + 1 FROM standing_entry WHERE ?1 = "
                               "?1";
    const struct store_value value = STORE_OF_TEXT(item);
    struct store_rows *rows = NULL;
    struct store_value at[1];
    for (int i = 0; i < 2; i++) {
        TRY(store_query(store, i == 0 ? FIND : NEXT, &value, 1, &rows));
        enum status status = store_next(rows, at, 1);
        if (status == STATUS_OK)
            *out = at[0].whole;
        store_end(rows);
        *known = i == 0;
        if (status != STATUS_END)
            return status;
    }
    return STATUS_MALFORMED;
}

/* Appends a row to the chain. */
static enum status delta_add(struct store *store, bool enters, const struct standing_entry *entry,
                             struct slice pack)
{
    static const char ADD[] =
        "INSERT INTO standing_delta (" STANDING_DELTA_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, "
        "?7, ?8, ?9, ?10, ?11, ?12)";
    struct standing_last last;
    char bytes[ROW_TEXT_MAX];
    struct text row = text_over(bytes, sizeof bytes);
    struct slice key = {(const char *)entry->key.bytes, STANDING_KEY_SIZE};
    TRY(standing_last_of(store, &last));
    text_addf(&row, "%llu %d %u ", (unsigned long long)last.version + 1, enters, entry->number);
    text_add_hex(&row, key);
    text_addf(&row, " %llu %lld %lld %u %d %d ", (unsigned long long)entry->card,
              (long long)entry->from_s, (long long)entry->until_s, entry->dropped, entry->criminal,
              entry->suspended);
    text_add(&row, pack);
    must(!row.full);
    const struct slice both[] = {{(const char *)last.chain.bytes, DIGEST_SIZE}, text_slice(&row)};
    struct digest chain = sha256_of(both, 2);
    const struct store_value values[] = {
        STORE_OF_WHOLE((int64_t)last.version + 1),
        STORE_OF_WHOLE(enters),
        STORE_OF_WHOLE(entry->number),
        STORE_OF_BYTES(key),
        STORE_OF_WHOLE((int64_t)entry->card),
        STORE_OF_WHOLE(entry->from_s),
        STORE_OF_WHOLE(entry->until_s),
        STORE_OF_WHOLE(entry->dropped),
        STORE_OF_TEXT(pack),
        STORE_OF_WHOLE(entry->criminal),
        STORE_OF_WHOLE(entry->suspended),
        STORE_OF_BYTES(((struct slice){(const char *)chain.bytes, DIGEST_SIZE}))};
    return store_run(store, ADD, values, 12);
}

static uint32_t dropped_of(struct slice words)
{
    uint32_t bits = 0;
    for (unsigned code = 0; code < LAW_CODES_COUNT; code++) {
        struct slice name = slice_of(law_code_word((enum law_code)code)->name);
        if (law_code_group((enum law_code)code) != LAW_GROUP_thing)
            continue;
        for (size_t at = 0; at + name.size <= words.size; at++) {
            bool begins = at == 0 || words.at[at - 1] == ' ';
            bool ends = at + name.size == words.size || words.at[at + name.size] == ' ';
            if (begins && ends && memcmp(words.at + at, name.at, name.size) == 0)
                bits |= standing_thing_bit((enum law_code)code);
        }
    }
    return bits;
}

enum status standing_enter(struct standing *standing, const struct standing_change *change,
                           struct arena *request)
{
    static const char PUT[] =
        "INSERT INTO standing_entry (number, item, key, card, from_s, until_s, dropped, pack, "
        "criminal, suspended, stands) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 1) ON "
        "CONFLICT (item) DO UPDATE SET card = ?4, from_s = ?5, until_s = ?6, dropped = ?7, pack = "
        "?8, criminal = ?9, suspended = ?10, stands = 1";
    const struct standing_options *options = &standing->options;
    char bytes[LAW_STAMP_MAX];
    struct text stamp = text_over(bytes, sizeof bytes);
    int64_t number = 0;
    bool known = false;
    (void)request;
    TRY(number_of(options->store, change->item, &number, &known));
    if (number > STANDING_ENTRIES_MAX)
        return STATUS_FULL;
    text_add_law_stamp(&stamp, change->pack);
    struct standing_entry entry = {
        .key = standing_key_of(&options->join, change->document),
        .card = standing_card_of(&options->join, change->kept_card),
        .from_s = law_date_begin(change->from, options->zone_minutes).ms / SECOND_MS,
        .until_s = law_date_end(change->last, options->zone_minutes).ms / SECOND_MS,
        .number = (uint32_t)number,
        .dropped = dropped_of(change->dropped),
        .criminal = change->criminal,
        .suspended = change->suspended,
    };
    if (entry.until_s > UINT32_MAX || entry.from_s < 0)
        return STATUS_FULL;
    const struct store_value values[] = {
        STORE_OF_WHOLE(number),
        STORE_OF_TEXT(change->item),
        STORE_OF_BYTES(((struct slice){(const char *)entry.key.bytes, STANDING_KEY_SIZE})),
        STORE_OF_WHOLE((int64_t)entry.card),
        STORE_OF_WHOLE(entry.from_s),
        STORE_OF_WHOLE(entry.until_s),
        STORE_OF_WHOLE(entry.dropped),
        STORE_OF_TEXT(text_slice(&stamp)),
        STORE_OF_WHOLE(entry.criminal),
        STORE_OF_WHOLE(entry.suspended)};
    TRY(store_run(options->store, PUT, values, 10));
    return delta_add(options->store, true, &entry, text_slice(&stamp));
}

enum status standing_leave(struct standing *standing, struct slice item, struct arena *request)
{
    static const char FIND[] = "SELECT number, key FROM standing_entry WHERE item = ?1";
    static const char GONE[] = "UPDATE standing_entry SET stands = 0 WHERE item = ?1";
    const struct store_value value = STORE_OF_TEXT(item);
    struct store_value at[2];
    struct standing_entry entry = {.number = 0};
    enum status status = store_one(standing->options.store, FIND, &value, 1, at, 2, request);
    if (status == STATUS_ABSENT)
        return STATUS_OK; /* it never was in force */
    TRY(status);
    entry.number = (uint32_t)at[0].whole;
    if (at[1].bytes.size != STANDING_KEY_SIZE)
        return STATUS_MALFORMED;
    memcpy(entry.key.bytes, at[1].bytes.at, STANDING_KEY_SIZE);
    TRY(store_run(standing->options.store, GONE, &value, 1));
    return delta_add(standing->options.store, false, &entry, SLICE("-"));
}

enum status standing_forget(struct standing *standing, struct slice item, struct arena *request)
{
    static const char FIND[] = "SELECT number FROM standing_entry WHERE item = ?1 AND stands = 0";
    static const char *const WIPES[] = {
        "UPDATE standing_entry SET key = zeroblob(16), card = 0 WHERE number = ?1",
        "UPDATE standing_delta SET key = zeroblob(16), card = 0 WHERE number = ?1"};
    struct store *store = standing->options.store;
    const struct store_value value = STORE_OF_TEXT(item);
    struct store_value at[1];
    enum status status = store_one(store, FIND, &value, 1, at, 1, request);
    if (status == STATUS_ABSENT)
        return STATUS_OK;
    TRY(status);
    const struct store_value number = STORE_OF_WHOLE(at[0].whole);
    for (unsigned i = 0; i < 2; i++)
        TRY(store_run(store, WIPES[i], &number, 1));
    return STATUS_OK;
}

/* ---- following ---- */

enum status standing_delta_next(struct store_rows *rows, struct standing_delta *out)
{
    struct store_value at[12];
    TRY(store_next(rows, at, 12));
    if (at[3].bytes.size != STANDING_KEY_SIZE || at[11].bytes.size != DIGEST_SIZE)
        return STATUS_MALFORMED;
    *out = (struct standing_delta){.version = (uint64_t)at[0].whole,
                                   .enters = at[1].whole != 0,
                                   .pack = at[8].bytes,
                                   .entry = {.number = (uint32_t)at[2].whole,
                                             .card = (uint64_t)at[4].whole,
                                             .from_s = at[5].whole,
                                             .until_s = at[6].whole,
                                             .dropped = (uint32_t)at[7].whole,
                                             .criminal = at[9].whole != 0,
                                             .suspended = at[10].whole != 0}};
    memcpy(out->entry.key.bytes, at[3].bytes.at, STANDING_KEY_SIZE);
    memcpy(out->chain.bytes, at[11].bytes.at, DIGEST_SIZE);
    return STATUS_OK;
}

static void version_set(struct standing *standing, uint64_t version, const struct digest *chain)
{
    uint64_t word[DIGEST_SIZE / 8];
    memcpy(word, chain->bytes, sizeof word);
    atomic_fetch_add(&standing->turn, 1);
    atomic_store(&standing->version, version);
    for (unsigned i = 0; i < DIGEST_SIZE / 8; i++)
        atomic_store(&standing->chain[i], word[i]);
    atomic_fetch_add(&standing->turn, 1);
}

uint64_t standing_version(const struct standing *standing, struct digest *chain)
{
    struct standing *shared = (struct standing *)standing;
    for (;;) {
        uint64_t before = atomic_load(&shared->turn), word[DIGEST_SIZE / 8];
        uint64_t version = atomic_load(&shared->version);
        for (unsigned i = 0; i < DIGEST_SIZE / 8; i++)
            word[i] = atomic_load(&shared->chain[i]);
        if ((before & 1) != 0 || before != atomic_load(&shared->turn))
            continue;
        memcpy(chain->bytes, word, sizeof word);
        return version;
    }
}

/* The place of the pack.  STATUS_REFUSED: it is not here, or another one. */
static enum status pack_place(const struct standing *standing, struct slice stamp, uint8_t *out)
{
    unsigned count = atomic_load(&standing->packs_count);
    for (unsigned i = 0; i < count; i++) {
        char bytes[LAW_STAMP_MAX];
        struct text text = text_over(bytes, sizeof bytes);
        text_add_law_stamp(&text, atomic_load(&standing->pack[i]));
        *out = (uint8_t)i;
        if (slice_equal(text_slice(&text), stamp))
            return STATUS_OK;
    }
    return STATUS_REFUSED;
}

enum status standing_law(struct standing *standing, const struct law *law)
{
    for (uint32_t i = 0; i < law->packs_count; i++) {
        char bytes[LAW_STAMP_MAX];
        struct text text = text_over(bytes, sizeof bytes);
        uint8_t place;
        unsigned count = atomic_load(&standing->packs_count);
        text_add_law_stamp(&text, &law->packs[i]);
        if (pack_place(standing, text_slice(&text), &place) == STATUS_OK)
            continue;
        if (count == STANDING_LAWS_MAX)
            return STATUS_FULL;
        atomic_store(&standing->pack[count], &law->packs[i]);
        atomic_store(&standing->packs_count, count + 1);
    }
    return STATUS_OK;
}

static enum status delta_apply(struct standing *standing, struct standing_delta *delta)
{
    if (!delta->enters) {
        standing_drop(standing->index, delta->entry.key, delta->entry.number);
        return STATUS_OK;
    }
    TRY(pack_place(standing, delta->pack, &delta->entry.pack));
    return standing_put(standing->index, &delta->entry);
}

enum status standing_follow(struct standing *standing)
{
    static const char BEHIND[] = "SELECT " STANDING_DELTA_COLUMNS
                                 " FROM standing_delta WHERE version > ?1 ORDER BY version LIMIT "
                                 "4096";
    enum status status = STATUS_OK;
    unsigned count = DELTAS_A_TURN;
    while (status == STATUS_OK && count == DELTAS_A_TURN) {
        const struct store_value version = STORE_OF_WHOLE((int64_t)atomic_load(&standing->version));
        struct store_rows *rows = NULL;
        struct standing_delta delta;
        TRY(store_query(standing->reader, BEHIND, &version, 1, &rows));
        for (count = 0; (status = standing_delta_next(rows, &delta)) == STATUS_OK; count++) {
            status = delta_apply(standing, &delta);
            if (status != STATUS_OK)
                break;
            version_set(standing, delta.version, &delta.chain);
        }
        store_end(rows);
        status = status == STATUS_END ? STATUS_OK : status;
    }
    return status;
}

/* ---- opening ---- */

static enum status load(struct standing *standing, struct text *why)
{
    static const char ALL[] =
        "SELECT 0, 1, number, key, card, from_s, until_s, dropped, pack, criminal, suspended, "
        "zeroblob(32) FROM standing_entry WHERE stands = 1 AND until_s > ?1 ORDER BY number";
    const struct store_value now =
        STORE_OF_WHOLE(standing->options.clock.now(standing->options.clock.self).ms / SECOND_MS);
    struct store_rows *rows = NULL;
    struct standing_delta delta;
    struct standing_last last;
    enum status status = STATUS_OK;
    TRY(standing_last_of(standing->reader, &last));
    TRY(store_query(standing->reader, ALL, &now, 1, &rows));
    while ((status = standing_delta_next(rows, &delta)) == STATUS_OK) {
        status = delta_apply(standing, &delta);
        if (status == STATUS_OK)
            continue;
        text_add_string(why, "a sanction stands under a law pack that is not here: ");
        text_add(why, delta.pack);
        break;
    }
    store_end(rows);
    if (status != STATUS_END)
        return status;
    version_set(standing, last.version, &last.chain);
    return STATUS_OK;
}

enum status standing_open(struct standing **out, const struct standing_options *options,
                          struct arena *boot, struct text *why)
{
    struct standing *standing = NULL;
    TRY(ARENA_NEW(boot, 1, &standing));
    standing->options = *options;
    TRY(store_open_reader(&standing->reader, options->store_path, boot, why));
    enum status status = standing_index_create(&standing->index, 0, boot);
    if (status == STATUS_OK)
        status = standing_law(standing, options->law);
    if (status == STATUS_OK)
        status = standing_book_open(standing, boot);
    if (status == STATUS_OK)
        status = load(standing, why);
    if (status != STATUS_OK) {
        standing_close(standing);
        return status;
    }
    *out = standing;
    return STATUS_OK;
}

struct secret standing_join_of(const struct standing *standing)
{
    return standing->options.join;
}

uint64_t standing_size(const struct standing *standing)
{
    return standing_count(standing->index);
}

void standing_close(struct standing *standing)
{
    if (standing == NULL)
        return;
    standing_index_destroy(standing->index);
    book_close(standing->book);
    store_close(standing->reader);
}
