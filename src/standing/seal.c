/* seal.c -- rows of the book become groups: sealed, kept, proved, searched, and let go in time.
 *
 *     <origin>
 *     standing receipts 1
 *     asker o_0123456789abcdef
 *     group 17
 *     from 1001 to 1350
 *     count 350
 *     sealed 2026-11-26T02:00:01.000Z
 *     root <hex>                                   RFC 6962, a leaf is one row of 80 bytes
 *     before <hex>                                 SHA-256 of the asker's note before; nought: none
 *
 * The root stands in the audit log, too (`sanction.checked`), so whoever has a checkpoint of that
 * log finds a group that was taken away or changed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "standing/book.h"
#include "standing/register.h"

enum {
    ASKERS_MAX = 1024,
    NOTE_MAX = 2048,
    DETAIL_MAX = 256,
    FORGOTTEN_A_TURN = 64,
    NUMBERS_A_MS = 1000
};

/* ---- sealing ---- */

struct group {
    char asker[BOOK_ID_SIZE];
    uint64_t count, first, last; /* rows, and their numbers */
    unsigned char *bytes;
    struct merkle_frontier frontier;
};

struct sealing {
    struct group *group;
    size_t groups;
    uint64_t rows;
};

static struct group *group_of(struct sealing *sealing, const char *asker)
{
    for (size_t i = 0; i < sealing->groups; i++)
        if (strcmp(sealing->group[i].asker, asker) == 0)
            return &sealing->group[i];
    if (sealing->groups == ASKERS_MAX)
        return NULL;
    struct group *group = &sealing->group[sealing->groups++];
    memcpy(group->asker, asker, BOOK_ID_SIZE);
    return group;
}

static enum status nobody(void *self, unsigned level, uint64_t index, const struct digest *hash)
{
    (void)self;
    (void)level;
    (void)index;
    (void)hash;
    return STATUS_OK;
}

/* How many of which asker, up to the first that is still being written. */
static enum status rows_count(const struct book *book, uint64_t waiting, struct arena *scratch,
                              struct sealing *sealing)
{
    struct book_row row;
    TRY(ARENA_NEW(scratch, ASKERS_MAX, &sealing->group));
    while (sealing->rows < waiting && book_peek(book, sealing->rows, &row)) {
        struct group *group = group_of(sealing, row.asker);
        if (group == NULL)
            return STATUS_OK; /* the rest next time */
        group->count++;
        sealing->rows++;
    }
    for (size_t i = 0; i < sealing->groups; i++) {
        size_t size = sealing->group[i].count * BOOK_ROW_SIZE;
        TRY(arena_take(scratch, size, (void **)&sealing->group[i].bytes));
        sealing->group[i].count = 0;
    }
    return STATUS_OK;
}

static enum status rows_take(const struct book *book, struct sealing *sealing)
{
    struct book_row row;
    for (uint64_t i = 0; i < sealing->rows; i++) {
        if (!book_peek(book, i, &row))
            return STATUS_MALFORMED; /* it was there a moment ago */
        struct group *group = group_of(sealing, row.asker);
        unsigned char *at = group->bytes + group->count * BOOK_ROW_SIZE;
        book_row_write(&row, at);
        struct digest leaf = merkle_leaf((struct slice){(const char *)at, BOOK_ROW_SIZE});
        TRY(merkle_append(&group->frontier, &leaf, (struct merkle_sink){nobody, NULL}));
        if (group->count++ == 0)
            group->first = row.number;
        group->last = row.number;
    }
    return STATUS_OK;
}

static enum status group_next(struct store *store, int64_t *out)
{
    static const char NEXT[] =
        "SELECT COALESCE(MAX(number), 0) + 1 FROM standing_group WHERE ?1 = ?1";
    const struct store_value none = STORE_OF_WHOLE(0);
    struct store_rows *rows = NULL;
    struct store_value at[1];
    TRY(store_query(store, NEXT, &none, 1, &rows));
    enum status status = store_next(rows, at, 1);
    if (status == STATUS_OK)
        *out = at[0].whole;
    store_end(rows);
    return status;
}

static enum status before_of(struct store *store, const char *asker, struct arena *scratch,
                             struct digest *out)
{
    static const char FIND[] =
        "SELECT note FROM standing_group WHERE asker = ?1 ORDER BY number DESC LIMIT 1";
    const struct store_value value = STORE_OF_TEXT(slice_of(asker));
    struct store_value at[1];
    *out = (struct digest){{0}};
    enum status status = store_one(store, FIND, &value, 1, at, 1, scratch);
    if (status == STATUS_OK)
        *out = sha256_of(&at[0].bytes, 1);
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

static void add_hex(struct text *text, const struct digest *digest)
{
    char hex[DIGEST_HEX_SIZE];
    digest_hex(digest, hex);
    text_add_string(text, hex);
}

static enum status group_audit(struct audit *audit, const struct group *group, int64_t number,
                               const struct digest *root, moment now)
{
    char bytes[DETAIL_MAX], id[24];
    struct text detail = text_over(bytes, sizeof bytes), which = text_over(id, sizeof id);
    text_add_whole(&which, number);
    text_addf(&detail, "{\"count\":%llu,\"from\":%llu,\"to\":%llu,\"root\":\"",
              (unsigned long long)group->count, (unsigned long long)group->first,
              (unsigned long long)group->last);
    add_hex(&detail, root);
    text_add_string(&detail, "\"}");
    const struct audit_entry entry = {.time = now,
                                      .actor = SLICE("cutline"),
                                      .organisation = slice_of(group->asker),
                                      .action = SLICE("sanction.checked"),
                                      .object_kind = SLICE("receipts"),
                                      .object_id = text_slice(&which),
                                      .outcome = SLICE("done"),
                                      .detail = text_slice(&detail)};
    return audit_append(audit, &entry, NULL);
}

static enum status group_seal(const struct standing *standing, struct audit *audit,
                              const struct group *group, struct arena *scratch)
{
    static const char ADD[] =
        "INSERT INTO standing_group (number, asker, first, last, count, sealed_ms, kept, rows, "
        "note) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, ?7, ?8)";
    const struct standing_options *options = &standing->options;
    moment now = options->clock.now(options->clock.self);
    struct digest root = merkle_root(&group->frontier), before;
    char body_bytes[NOTE_MAX], note_bytes[NOTE_MAX];
    struct text body = text_over(body_bytes, NOTE_MAX), note = text_over(note_bytes, NOTE_MAX);
    int64_t number = 0;
    TRY(group_next(options->store, &number));
    TRY(before_of(options->store, group->asker, scratch, &before));
    text_add(&body, options->origin);
    text_addf(&body,
              "\nstanding receipts 1\nasker %s\ngroup %lld\nfrom %llu to %llu\ncount %llu\nsealed ",
              group->asker, (long long)number, (unsigned long long)group->first,
              (unsigned long long)group->last, (unsigned long long)group->count);
    text_add_moment(&body, now, 0);
    text_add_string(&body, "\nroot ");
    add_hex(&body, &root);
    text_add_string(&body, "\nbefore ");
    add_hex(&body, &before);
    text_add_char(&body, '\n');
    note_sign(&note, text_slice(&body), options->origin, options->seal);
    must(!body.full && !note.full);
    const struct store_value values[] = {
        STORE_OF_WHOLE(number),
        STORE_OF_TEXT(slice_of(group->asker)),
        STORE_OF_WHOLE((int64_t)group->first),
        STORE_OF_WHOLE((int64_t)group->last),
        STORE_OF_WHOLE((int64_t)group->count),
        STORE_OF_WHOLE(now.ms),
        STORE_OF_BYTES(((struct slice){(const char *)group->bytes, group->count * BOOK_ROW_SIZE})),
        STORE_OF_TEXT(text_slice(&note))};
    TRY(store_run(options->store, ADD, values, 8));
    return group_audit(audit, group, number, &root, now);
}

/* Rows that are older than the operating pack says; their notes stay in the chain. */
static enum status rows_forget(const struct standing *standing)
{
    static const char GO[] =
        "UPDATE standing_group SET kept = 0, rows = x'' WHERE number IN (SELECT number FROM "
        "standing_group WHERE kept = 1 AND sealed_ms < ?1 ORDER BY sealed_ms LIMIT ?2)";
    const struct standing_options *options = &standing->options;
    moment now = options->clock.now(options->clock.self);
    int64_t kept = law_keeps(options->law, "retention.checks", now, now, options->zone_minutes);
    const struct store_value values[] = {STORE_OF_WHOLE(now.ms - kept),
                                         STORE_OF_WHOLE(FORGOTTEN_A_TURN)};
    return kept < 0 ? STATUS_OK : store_run(options->store, GO, values, 2);
}

uint64_t standing_unsealed(const struct standing *standing)
{
    return book_waiting(standing->book);
}

enum status standing_seal(const struct standing *standing, struct audit *audit,
                          struct arena *scratch, uint64_t *sealed)
{
    struct sealing sealing = {.groups = 0};
    uint64_t waiting = book_waiting(standing->book);
    TRY(rows_count(standing->book, waiting, scratch, &sealing));
    TRY(rows_take(standing->book, &sealing));
    for (size_t i = 0; i < sealing.groups; i++)
        if (sealing.group[i].count > 0)
            TRY(group_seal(standing, audit, &sealing.group[i], scratch));
    *sealed = sealing.rows;
    return rows_forget(standing);
}

void standing_sealed(const struct standing *standing, uint64_t count)
{
    book_done(standing->book, count);
}

enum status standing_book_open(struct standing *standing, struct arena *boot)
{
    static const char LAST[] = "SELECT COALESCE(MAX(last), 0) FROM standing_group WHERE ?1 = ?1";
    const struct store_value none = STORE_OF_WHOLE(0);
    struct store_rows *rows = NULL;
    struct store_value at[1];
    TRY(store_query(standing->reader, LAST, &none, 1, &rows));
    enum status status = store_next(rows, at, 1);
    uint64_t last = status == STATUS_OK ? (uint64_t)at[0].whole : 0;
    store_end(rows);
    TRY(status);
    /* Numbers begin with the time of the start: what was answered and is lost with the power is
     * never numbered again. */
    moment now = standing->options.clock.now(standing->options.clock.self);
    uint64_t start = (uint64_t)now.ms * NUMBERS_A_MS, behind = last > start ? last : start;
    const char *path = standing->options.book_path;
    return path == NULL ? book_create(&standing->book, behind, boot)
                        : book_open(&standing->book, path, last, behind, boot);
}

/* ---- proving ---- */

struct leaves {
    struct digest *at;
};

static enum status subtree(void *self, unsigned level, uint64_t index, struct digest *out)
{
    const struct leaves *leaves = self;
    struct digest left, right;
    if (level == 0) {
        *out = leaves->at[index];
        return STATUS_OK;
    }
    TRY(subtree(self, level - 1, 2 * index, &left));
    TRY(subtree(self, level - 1, 2 * index + 1, &right));
    *out = merkle_node(&left, &right);
    return STATUS_OK;
}

/* Where the row of that number lies; the rows rise. */
static bool row_find(struct slice rows, uint64_t number, uint64_t *index)
{
    uint64_t low = 0, high = rows.size / BOOK_ROW_SIZE;
    while (low < high) {
        struct book_row row;
        uint64_t middle = low + (high - low) / 2;
        book_row_read((const unsigned char *)rows.at + middle * BOOK_ROW_SIZE, &row);
        if (row.number == number) {
            *index = middle;
            return true;
        }
        if (row.number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

enum status standing_proof(struct store *reader, struct slice asker, uint64_t number,
                           struct arena *request, struct text *out)
{
    static const char FIND[] = "SELECT rows, note FROM standing_group WHERE asker = ?1 AND first "
                               "<= ?2 AND last >= ?2 ORDER BY first DESC LIMIT 1";
    const struct store_value values[] = {STORE_OF_TEXT(asker), STORE_OF_WHOLE((int64_t)number)};
    struct store_value at[2];
    struct leaves leaves;
    struct merkle_proof proof;
    uint64_t index = 0;
    TRY(store_one(reader, FIND, values, 2, at, 2, request));
    struct slice rows = at[0].bytes;
    uint64_t count = rows.size / BOOK_ROW_SIZE;
    if (!row_find(rows, number, &index))
        return STATUS_ABSENT;
    TRY(ARENA_NEW(request, count, &leaves.at));
    for (uint64_t i = 0; i < count; i++)
        leaves.at[i] = merkle_leaf((struct slice){rows.at + i * BOOK_ROW_SIZE, BOOK_ROW_SIZE});
    TRY(merkle_inclusion((struct merkle_source){subtree, &leaves}, index, count, &proof));
    text_addf(out, "{\"number\":%llu,\"index\":%llu,\"count\":%llu,\"path\":[",
              (unsigned long long)number, (unsigned long long)index, (unsigned long long)count);
    for (unsigned i = 0; i < proof.count; i++) {
        text_add_string(out, i == 0 ? "\"" : ",\"");
        add_hex(out, &proof.hash[i]);
        text_add_char(out, '"');
    }
    text_add_string(out, "],\"receipt\":");
    text_add_json(out, at[1].bytes);
    text_add_char(out, '}');
    return out->full ? STATUS_FULL : STATUS_OK;
}

/* ---- searching ---- */

static void add_check(struct text *out, struct slice asker, const struct book_row *row)
{
    text_addf(out, "{\"number\":%llu,\"time\":\"", (unsigned long long)row->number);
    text_add_moment(out, row->at, 0);
    text_add_string(out, "\",\"asker\":");
    text_add_json(out, asker);
    text_addf(out, ",\"by\":\"%s\",\"register\":%llu}", row->who, (unsigned long long)row->version);
}

enum status standing_checks_of(struct store *reader, struct standing_key key, moment from,
                               moment to, struct text *out, uint64_t *count)
{
    static const char ALL[] = "SELECT asker, rows FROM standing_group WHERE kept = 1 AND sealed_ms "
                              ">= ?1 AND sealed_ms <= ?2 ORDER BY sealed_ms, number";
    const struct store_value values[] = {STORE_OF_WHOLE(from.ms), STORE_OF_WHOLE(to.ms)};
    struct store_rows *rows = NULL;
    struct store_value at[2];
    enum status status = STATUS_OK;
    *count = 0;
    TRY(store_query(reader, ALL, values, 2, &rows));
    while (*count < STANDING_CHECKS_MAX && (status = store_next(rows, at, 2)) == STATUS_OK)
        for (size_t i = 0; i + BOOK_ROW_SIZE <= at[1].bytes.size; i += BOOK_ROW_SIZE) {
            struct book_row row;
            const unsigned char *bytes = (const unsigned char *)at[1].bytes.at + i;
            if (memcmp(bytes + 24, key.bytes, STANDING_KEY_SIZE) != 0 ||
                *count == STANDING_CHECKS_MAX)
                continue;
            book_row_read(bytes, &row);
            text_add_string(out, (*count)++ == 0 ? "" : ",");
            add_check(out, at[0].bytes, &row);
        }
    store_end(rows);
    if (status != STATUS_OK && status != STATUS_END)
        return status;
    return out->full ? STATUS_FULL : STATUS_OK;
}
