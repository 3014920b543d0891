/* paper.c -- notes, and attachments by what they are, not by what they are called.
 *
 * Both lie sealed; of an attachment the log has its SHA-256, so what is handed out years later can
 * be held against what was handed in.
 *
 * Invariant:   What is kept is a PDF, a JPEG, a PNG or plain text by its first bytes; a name with
 *              a path in it is none. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/work/work_inside.h"

/* Text as people type it: also over several lines. */
static bool text_fits(struct slice text, size_t size_max)
{
    if (text.size == 0 || text.size > size_max || !utf8_valid(text))
        return false;
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if ((c < ' ' && c != '\n' && c != '\t' && c != '\r') || c == 0x7F)
            return false;
    }
    return true;
}

static enum status papers_count(struct work *work, int64_t item, bool notes, int64_t *out)
{
    static const char NOTES[] = "SELECT COUNT(*) FROM work_note WHERE item = ?1";
    static const char FILES[] = "SELECT COUNT(*) FROM work_attachment WHERE item = ?1";
    const struct store_value value = STORE_OF_WHOLE(item);
    struct store_rows *rows = NULL;
    struct store_value at[1];
    TRY(store_query(work->store, notes ? NOTES : FILES, &value, 1, &rows));
    enum status status = store_next(rows, at, 1);
    if (status == STATUS_OK)
        *out = at[0].whole;
    store_end(rows);
    return status;
}

enum status work_note(struct work *work, const char *id, const struct identity *by,
                      struct slice text, struct arena *request)
{
    static const char ADD[] = "INSERT INTO work_note (item, time, actor, organisation, sealed) "
                              "VALUES (?1, ?2, ?3, ?4, ?5)";
    struct change change;
    struct slice sealed;
    int64_t count = 0;
    TRY(change_begin(&change, work, id, by, request, NULL));
    if (!text_fits(text, WORK_TEXT_BYTES_MAX))
        return STATUS_MALFORMED;
    TRY(papers_count(work, change.row->number, true, &count));
    if (count >= WORK_NOTES_MAX)
        return STATUS_FULL;
    TRY(seal_text(work, text, request, &sealed));
    const struct store_value values[] = {
        STORE_OF_WHOLE(change.row->number), STORE_OF_WHOLE(change.now.ms),
        STORE_OF_TEXT(by == NULL ? SLICE("machine") : slice_of(by->id)),
        STORE_OF_TEXT(slice_of(by == NULL ? change.row->item.owner : by->organisation)),
        STORE_OF_BYTES(sealed)};
    TRY(store_run(work->store, ADD, values, 5));
    change.what.what = "noted";
    return log_append(work, change.row, &change.what, change.now, request);
}

static const char *type_of(struct slice bytes)
{
    if (slice_starts(bytes, SLICE("%PDF-")))
        return "application/pdf";
    if (slice_starts(bytes, SLICE("\xFF\xD8\xFF")))
        return "image/jpeg";
    if (slice_starts(bytes, SLICE("\x89PNG\r\n\x1A\n")))
        return "image/png";
    return text_fits(bytes, WORK_ATTACHMENT_MAX) ? "text/plain" : NULL;
}

static bool file_name_fits(struct slice name)
{
    if (name.size == 0 || name.size > WORK_NAME_BYTES_MAX || !utf8_valid(name) || name.at[0] == '.')
        return false;
    for (size_t i = 0; i < name.size; i++) {
        unsigned char c = (unsigned char)name.at[i];
        if (c < ' ' || c == 0x7F || c == '/' || c == '\\' || c == '"')
            return false;
    }
    return true;
}

static enum status attachment_put(struct change *change, struct slice name, struct slice bytes,
                                  const char *type, const char *sha256)
{
    static const char ADD[] =
        "INSERT INTO work_attachment (item, time, actor, organisation, sha256, size, type, name, "
        "bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    struct slice sealed_name, sealed;
    const struct identity *by = change->by;
    TRY(seal_text(change->work, name, change->arena, &sealed_name));
    TRY(seal_text(change->work, bytes, change->arena, &sealed));
    const struct store_value values[] = {
        STORE_OF_WHOLE(change->row->number),
        STORE_OF_WHOLE(change->now.ms),
        STORE_OF_TEXT(by == NULL ? SLICE("machine") : slice_of(by->id)),
        STORE_OF_TEXT(slice_of(by == NULL ? change->row->item.owner : by->organisation)),
        STORE_OF_TEXT(slice_of(sha256)),
        STORE_OF_WHOLE((int64_t)bytes.size),
        STORE_OF_TEXT(slice_of(type)),
        STORE_OF_BYTES(sealed_name),
        STORE_OF_BYTES(sealed)};
    return store_run(change->work->store, ADD, values, 9);
}

enum status work_attach(struct work *work, const char *id, const struct identity *by,
                        struct slice name, struct slice bytes, struct arena *request,
                        char sha256[DIGEST_HEX_SIZE])
{
    static const char THERE[] =
        "SELECT organisation FROM work_attachment WHERE item = ?1 AND sha256 = ?2";
    struct change change;
    int64_t count = 0;
    struct store_value at[1];
    TRY(change_begin(&change, work, id, by, request, NULL));
    if (bytes.size > WORK_ATTACHMENT_MAX)
        return STATUS_FULL;
    const char *type = type_of(bytes);
    if (type == NULL || !file_name_fits(name))
        return STATUS_MALFORMED;
    struct digest digest = sha256_of(&bytes, 1);
    digest_hex(&digest, sha256);
    const struct store_value values[] = {STORE_OF_WHOLE(change.row->number),
                                         STORE_OF_TEXT(slice_of(sha256))};
    enum status status = store_one(work->store, THERE, values, 2, at, 1, request);
    if (status != STATUS_ABSENT)
        return status; /* it is kept already */
    TRY(papers_count(work, change.row->number, false, &count));
    if (count >= WORK_ATTACHMENTS_MAX)
        return STATUS_FULL;
    TRY(attachment_put(&change, name, bytes, type, sha256));
    change.what.what = "attached";
    change.what.other = slice_of(sha256);
    return log_append(work, change.row, &change.what, change.now, request);
}

enum status work_attachment(struct work *work, struct store *reader, const char *id,
                            struct slice sha256, const struct identity *by, struct arena *request,
                            struct slice *name, struct slice *bytes)
{
    static const char FIND[] = "SELECT organisation, name, bytes FROM work_attachment WHERE item = "
                               "?1 AND sha256 = ?2";
    struct row *row = NULL;
    struct store_rows *rows = NULL;
    struct store_value at[3]; /* lent: ten megabytes are not copied twice */
    TRY(row_read(work, reader, id, request, &row));
    struct party *party = row_seat(row, by);
    if (party == NULL)
        return STATUS_ABSENT;
    const struct store_value values[] = {STORE_OF_WHOLE(row->number), STORE_OF_TEXT(sha256)};
    TRY(store_query(reader, FIND, values, 2, &rows));
    enum status status = store_next(rows, at, 3);
    if (status == STATUS_OK && party->seat != WORK_SEAT_OWNER &&
        !slice_equal(at[0].bytes, slice_of(party->organisation)))
        status = STATUS_END;
    if (status == STATUS_OK)
        status = open_text(work, at[1].bytes, request, name);
    if (status == STATUS_OK)
        status = open_text(work, at[2].bytes, request, bytes);
    store_end(rows);
    if (status != STATUS_OK)
        return status == STATUS_END ? STATUS_ABSENT : status;
    struct digest digest = sha256_of(bytes, 1);
    char hex[DIGEST_HEX_SIZE];
    digest_hex(&digest, hex);
    return slice_equal(sha256, slice_of(hex)) ? STATUS_OK : STATUS_MALFORMED;
}
