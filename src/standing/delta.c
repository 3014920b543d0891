/* delta.c -- what changed since a version, for one executor, as signed text.
 *
 *     cutline standing delta 1
 *     executor o_0123456789abcdef
 *     from 0 <chain, hex>
 *     to 17 <chain, hex>
 *     made 2026-11-26T02:00:00.000Z
 *     pack 0 cn-final-2024-12 sha256:…
 *     + 4 <person, hex, under this executor's key> <card, hex> <from> <until> <dropped> <A|B>
  * <s|-> <pack>
 *     - 5
 *     --
 *     <a signed note over the SHA-256 of what stands above the dashes>
 *
 * From version 0 it is what stands now, without what is over.  A copy that goes from a version
  * it has
 * is checked by number and chain, so none can be left out, doubled, or put in another order. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "standing/register.h"

enum { NOTE_BYTES = 1024 };

struct exporting {
    struct text *out;
    struct secret key; /* of the executor */
    struct slice pack[STANDING_PACKS_MAX];
    unsigned packs;
    struct arena *request;
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
    return out->full ? STATUS_FULL : STATUS_OK;
}

static enum status lines_of(struct exporting *exporting, struct store *reader, uint64_t since,
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
    struct store_rows *rows = NULL;
    struct standing_delta delta;
    enum status status = STATUS_OK;
    TRY(store_query(reader, since == 0 ? STANDS : CHANGED, values, 2, &rows));
    while (status == STATUS_OK && (status = standing_delta_next(rows, &delta)) == STATUS_OK)
        status = line_of(exporting, &delta);
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

static void sign(const struct standing *standing, struct text *out, size_t from)
{
    char bytes[NOTE_BYTES];
    struct text body = text_over(bytes, sizeof bytes);
    const struct slice content = {out->at + from, out->size - from};
    struct digest digest = sha256_of(&content, 1);
    text_add(&body, standing->options.origin);
    text_add_string(&body, "\nstanding delta 1\nsha256 ");
    add_chain(&body, &digest);
    text_add_char(&body, '\n');
    must(!body.full);
    text_add_string(out, "--\n");
    note_sign(out, text_slice(&body), standing->options.origin, standing->options.seal);
}

enum status standing_export(struct standing *standing, struct store *reader,
                            struct slice organisation, uint64_t since, struct arena *request,
                            struct text *out)
{
    struct digest chain, before;
    uint64_t to = standing_version(standing, &chain);
    size_t from = out->size;
    moment now = standing->options.clock.now(standing->options.clock.self);
    struct exporting exporting = {.out = out, .request = request};
    exporting.key = standing_export_key(&standing->options.join, organisation);
    if (since > to)
        return STATUS_ABSENT;
    TRY(chain_of(reader, since, request, &before));
    text_add_string(out, "cutline standing delta 1\nexecutor ");
    text_add(out, organisation);
    text_addf(out, "\nfrom %llu ", (unsigned long long)since);
    add_chain(out, &before);
    text_addf(out, "\nto %llu ", (unsigned long long)to);
    add_chain(out, &chain);
    text_add_string(out, "\nmade ");
    text_add_moment(out, now, 0);
    text_add_char(out, '\n');
    TRY(lines_of(&exporting, reader, since, to, now.ms / SECOND_MS));
    sign(standing, out, from);
    return out->full ? STATUS_FULL : STATUS_OK;
}
