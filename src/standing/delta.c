/* delta.c -- the register for one executor: what changed since a version, or all of it in parts.
 *
 *     head of version 17 ──> part 1, part 2 … part 153 ──> delta from 17 on ──> delta …
 *     (signed: how many)     numbers 1–32768, 32769–65536 …, each as of version 17
 *
 * What stood as of a version is read from the changes, which are all kept: of each number the last
 * one that is not behind it.  So every part of a head says the same whenever it is fetched, while
 * the register moves on, after a restart, and by whatever worker; nothing is held for whoever
 * fetches slowly, and nobody has to begin anew because of a change.
 *
 * Invariants:  1. A delta has at most STANDING_DELTA_CHANGES_MAX changes and goes to a version that
 *                 was; whoever is further behind asks again from there.
 *              2. A part has at most STANDING_PART_NUMBERS_MAX lines, whatever the size of the
 *                 register.  Its head is shown with the request, and was signed by this house.
 * Not chosen:  a snapshot on the disk for each export: half a gigabyte for each executor that ever
 *              began one, and somebody who removes it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "standing/register.h"
#include "standing/sheet.h"

#include "ground/limits.h"

struct exporting {
    struct text *out;
    struct secret key; /* of the executor */
    struct slice pack[STANDING_PACKS_MAX];
    unsigned packs;
    struct arena *request;
    uint64_t lines; /* `+` of them */
};

static void add_chain(struct text *text, const struct digest *chain)
{
    char hex[DIGEST_HEX_SIZE];
    digest_hex(chain, hex);
    text_add_string(text, hex);
}

/* Of a version that was. */
static enum status chain_of(struct store *reader, uint64_t version, struct arena *request,
                            struct digest *out)
{
    static const char FIND[] = "SELECT chain FROM standing_delta WHERE version = ?1";
    const struct store_value value = STORE_OF_WHOLE((int64_t)version);
    struct store_value at[1];
    *out = (struct digest){{0}};
    if (version == 0)
        return STATUS_OK;
    TRY(store_one(reader, FIND, &value, 1, at, 1, request));
    if (at[0].bytes.size != DIGEST_SIZE)
        return STATUS_MALFORMED;
    memcpy(out->bytes, at[0].bytes.at, DIGEST_SIZE);
    return STATUS_OK;
}

/* ---- lines ---- */

/* Told once, before the first line that names it. */
static enum status pack_line(struct exporting *exporting, struct slice stamp, unsigned *out)
{
    for (*out = 0; *out < exporting->packs; (*out)++)
        if (slice_equal(exporting->pack[*out], stamp))
            return STATUS_OK;
    if (exporting->packs == STANDING_PACKS_MAX)
        return STATUS_FULL;
    TRY(slice_copy(exporting->request, stamp, &exporting->pack[exporting->packs++]));
    text_addf(exporting->out, "pack %u ", *out);
    text_add(exporting->out, stamp);
    text_add_char(exporting->out, '\n');
    return STATUS_OK;
}

static enum status line_of(struct exporting *exporting, const struct standing_delta *delta)
{
    const struct standing_entry *entry = &delta->entry;
    struct text *out = exporting->out;
    unsigned pack = 0;
    if (!delta->enters) {
        text_addf(out, "- %u\n", entry->number);
        return out->full ? STATUS_FULL : STATUS_OK;
    }
    TRY(pack_line(exporting, delta->pack, &pack));
    struct standing_key key = standing_key_for(&exporting->key, entry->key);
    text_addf(out, "+ %u ", entry->number);
    text_add_hex(out, (struct slice){(const char *)key.bytes, sizeof key.bytes});
    text_addf(out, " %016llx %lld %lld %u %c %c %u\n", (unsigned long long)entry->card,
              (long long)entry->from_s, (long long)entry->until_s, entry->dropped,
              entry->criminal ? 'A' : 'B', entry->suspended ? 's' : '-', pack);
    exporting->lines++;
    return out->full ? STATUS_FULL : STATUS_OK;
}

static enum status lines_of(struct exporting *exporting, struct store *reader, const char *sql,
                            const struct store_value *values, size_t count)
{
    struct store_rows *rows = NULL;
    struct standing_delta delta;
    enum status status = STATUS_OK;
    TRY(store_query(reader, sql, values, count, &rows));
    while (status == STATUS_OK && (status = standing_delta_next(rows, &delta)) == STATUS_OK)
        status = line_of(exporting, &delta);
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status changes_of(struct exporting *exporting, struct store *reader, uint64_t since,
                              uint64_t to, int64_t now_s)
{
    static const char CHANGED[] =
        "SELECT " STANDING_DELTA_COLUMNS
        " FROM standing_delta WHERE version > ?1 AND version <= ?2 ORDER BY version";
    static const char STANDS[] =
        "SELECT 0, 1, number, key, card, from_s, until_s, dropped, pack, criminal, suspended, "
        "zeroblob(32) FROM standing_entry WHERE stands = 1 AND until_s > ?1 AND ?2 = ?2 ORDER BY "
        "number";
    const struct store_value values[] = {STORE_OF_WHOLE(since == 0 ? now_s : (int64_t)since),
                                         STORE_OF_WHOLE((int64_t)to)};
    return lines_of(exporting, reader, since == 0 ? STANDS : CHANGED, values, 2);
}

static void exporting_begin(struct exporting *exporting, const struct standing *standing,
                            struct slice organisation, struct arena *request, struct text *out)
{
    *exporting = (struct exporting){.out = out, .request = request};
    exporting->key = standing_export_key(&standing->options.join, organisation);
}

static void add_version(struct text *out, const char *word, uint64_t version,
                        const struct digest *chain)
{
    text_addf(out, "%s %llu ", word, (unsigned long long)version);
    add_chain(out, chain);
    text_add_char(out, '\n');
}

static void add_made(struct text *out, moment made)
{
    text_add_string(out, "made ");
    text_add_moment(out, made, 0);
    text_add_char(out, '\n');
}

/* ---- what changed ---- */

enum status standing_export(struct standing *standing, struct store *reader,
                            struct slice organisation, uint64_t since, struct arena *request,
                            struct text *out)
{
    struct digest before;
    struct exporting exporting;
    struct standing_last to; /* of the tables: a head may be ahead of the index in memory */
    const struct standing_options *options = &standing->options;
    size_t from = out->size;
    moment now = options->clock.now(options->clock.self);
    TRY(standing_last_of(reader, &to));
    if (since > to.version)
        return STATUS_ABSENT;
    if (since > 0 && to.version - since > STANDING_DELTA_CHANGES_MAX) {
        to.version = since + STANDING_DELTA_CHANGES_MAX;
        TRY(chain_of(reader, to.version, request, &to.chain));
    }
    TRY(chain_of(reader, since, request, &before));
    exporting_begin(&exporting, standing, organisation, request, out);
    text_add_sheet_top(out, SHEET_delta, organisation,
                       standing_under(&exporting.key, &options->join));
    add_version(out, "from", since, &before);
    add_version(out, "to", to.version, &to.chain);
    add_made(out, now);
    TRY(changes_of(&exporting, reader, since, to.version, now.ms / SECOND_MS));
    text_add_sheet_end(out, from, SHEET_delta, options->origin, options->seal);
    return out->full ? STATUS_FULL : STATUS_OK;
}

/* ---- all of it, in parts ---- */

struct whole {
    uint64_t version, entries, number; /* number: the last one that was given */
    struct digest chain;
};

/* One statement, so all of it is as of one commit. */
static enum status whole_of(struct store *reader, int64_t now_s, struct whole *out)
{
    static const char NOW[] =
        "SELECT version, chain, (SELECT COUNT(*) FROM standing_entry WHERE stands = 1 AND until_s "
        "> ?1), (SELECT MAX(number) FROM standing_entry) FROM standing_delta ORDER BY version DESC "
        "LIMIT 1";
    const struct store_value value = STORE_OF_WHOLE(now_s);
    struct store_rows *rows = NULL;
    struct store_value at[4];
    *out = (struct whole){.version = 0};
    TRY(store_query(reader, NOW, &value, 1, &rows));
    enum status status = store_next(rows, at, 4);
    if (status == STATUS_OK && at[1].bytes.size == DIGEST_SIZE) {
        out->version = (uint64_t)at[0].whole;
        memcpy(out->chain.bytes, at[1].bytes.at, DIGEST_SIZE);
        out->entries = (uint64_t)at[2].whole;
        out->number = (uint64_t)at[3].whole;
    }
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

enum status standing_export_head(struct standing *standing, struct store *reader,
                                 struct slice organisation, uint64_t numbers, struct text *out)
{
    const struct standing_options *options = &standing->options;
    struct secret key = standing_export_key(&options->join, organisation);
    moment now = options->clock.now(options->clock.self);
    size_t from = out->size;
    struct whole whole;
    if (numbers == 0 || numbers > STANDING_PART_NUMBERS_MAX)
        return STATUS_MALFORMED;
    TRY(whole_of(reader, now.ms / SECOND_MS, &whole));
    text_add_sheet_top(out, SHEET_head, organisation, standing_under(&key, &options->join));
    add_version(out, "to", whole.version, &whole.chain);
    add_made(out, now);
    text_addf(out, "parts %llu\nnumbers %llu\nentries %llu\n",
              (unsigned long long)((whole.number + numbers - 1) / numbers),
              (unsigned long long)numbers, (unsigned long long)whole.entries);
    text_add_sheet_end(out, from, SHEET_head, options->origin, options->seal);
    return out->full ? STATUS_FULL : STATUS_OK;
}

/* Whether the head is one of this house for this executor, not too old, of a history that is
 * ours. */
static enum status head_holds(struct standing *standing, struct store *reader,
                              struct slice organisation, struct slice bytes, struct arena *request,
                              struct sheet *out)
{
    const struct standing_options *options = &standing->options;
    int64_t age_ms;
    struct digest chain;
    moment now = options->clock.now(options->clock.self);
    if (sheet_read(bytes, options->origin, &options->seal->key, out) != OFFLINE_FAULT_none ||
        out->kind != SHEET_head || !slice_equal(out->executor, organisation) ||
        __builtin_sub_overflow(now.ms, out->made.ms, &age_ms) ||
        age_ms > STANDING_HEAD_AGE_MS_MAX)
        return STATUS_REFUSED;
    enum status status = chain_of(reader, out->to, request, &chain);
    if (status == STATUS_ABSENT)
        return STATUS_REFUSED;
    TRY(status);
    return memcmp(chain.bytes, out->chain.bytes, DIGEST_SIZE) == 0 ? STATUS_OK : STATUS_REFUSED;
}

/* The lines first, because their number stands above them. */
static enum status part_lines(struct exporting *exporting, struct store *reader,
                              const struct sheet *head, uint64_t part)
{
    static const char AS_OF[] =
        "SELECT 0, 1, d.number, d.key, d.card, d.from_s, d.until_s, d.dropped, d.pack, d.criminal, "
        "d.suspended, zeroblob(32) FROM standing_delta d WHERE d.number > ?1 AND d.number <= ?2 "
        "AND d.version <= ?3 AND d.enters = 1 AND d.until_s > ?4 AND NOT EXISTS (SELECT 1 FROM "
        "standing_delta n WHERE n.number = d.number AND n.version > d.version AND n.version <= ?3) "
        "ORDER BY d.number";
    const struct store_value values[] = {STORE_OF_WHOLE((int64_t)((part - 1) * head->numbers)),
                                         STORE_OF_WHOLE((int64_t)(part * head->numbers)),
                                         STORE_OF_WHOLE((int64_t)head->to),
                                         STORE_OF_WHOLE(head->made.ms / SECOND_MS)};
    return lines_of(exporting, reader, AS_OF, values, 4);
}

enum status standing_export_part(struct standing *standing, struct store *reader,
                                 struct slice organisation, struct slice head, uint64_t part,
                                 struct arena *request, struct text *out)
{
    const struct standing_options *options = &standing->options;
    struct sheet sheet;
    struct exporting exporting;
    char *bytes = NULL;
    size_t from = out->size;
    TRY(head_holds(standing, reader, organisation, head, request, &sheet));
    if (part == 0 || part > sheet.parts)
        return STATUS_ABSENT;
    size_t size = out->size_max - out->size;
    TRY(arena_take(request, size, (void **)&bytes));
    struct text lines = text_over(bytes, size);
    exporting_begin(&exporting, standing, organisation, request, &lines);
    TRY(part_lines(&exporting, reader, &sheet, part));
    text_add_sheet_top(out, SHEET_part, organisation, sheet.under);
    add_version(out, "to", sheet.to, &sheet.chain);
    add_made(out, sheet.made);
    text_addf(out, "head %s\npart %llu of %llu\nentries %llu\n", sheet.digest,
              (unsigned long long)part, (unsigned long long)sheet.parts,
              (unsigned long long)exporting.lines);
    text_add(out, text_slice(&lines));
    text_add_sheet_end(out, from, SHEET_part, options->origin, options->seal);
    return out->full ? STATUS_FULL : STATUS_OK;
}
