/* offline.c -- an executor's copy: what is taken, in which order, and what answers meanwhile. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "standing/offline.h"

#include "ground/checksum.h"
#include "standing/copy.h"

enum { SMALL_ROWS = 65536, WINDOW_ROWS = 524288, WEAVE_BYTES_MAX = 64 << 20 };

static const char COPY[] = "copy", COMING[] = "coming", WOVEN[] = "copy.new";

/* A file of frames: where the next one goes, and the mark of the last. */
struct frames {
    struct volume_file file;
    bool open;
    int64_t end;
    uint32_t count;
    uint64_t rows; /* of all frames, without those that were woven */
    struct copy_mark mark;
};

struct offline_copy {
    struct offline_options options;
    struct slice origin;
    struct seal_key key;
    struct frames copy, coming;
    struct copy_mark woven; /* of the copy, without its frames */
    struct copy_mark *next; /* is being made */
    struct copy_row *row;   /* of a sheet, or of a frame */
    struct copy_row *block; /* while rows are walked */
};

const struct saying *offline_fault_says(enum offline_fault fault)
{
    static const struct saying SAYS[] = {
#define OFFLINE_FAULT(name, en, zh) SAYING(en, zh),
#include "standing/offline_faults.inc"
#undef OFFLINE_FAULT
    };
    must((unsigned)fault < sizeof SAYS / sizeof SAYS[0]);
    return &SAYS[fault];
}

static enum status wrong(enum offline_fault *out, enum offline_fault fault)
{
    *out = fault;
    return STATUS_REFUSED;
}

/* ---- files ---- */

static enum status read_at(const struct volume *volume, struct volume_file file, int64_t at,
                           void *into, size_t size)
{
    size_t got = 0;
    TRY(volume->read(volume->self, file, at, into, size, &got));
    return got == size ? STATUS_OK : STATUS_END;
}

/* The frame at `at`.  STATUS_END: there is none, or it was never finished. */
static enum status frame_read(const struct volume *volume, struct volume_file file, int64_t at,
                              struct copy_mark *mark, struct copy_row *rows)
{
    TRY(read_at(volume, file, at, mark, sizeof *mark));
    if (!copy_mark_holds(mark) || mark->rows > COPY_FRAMES_ROWS_MAX)
        return STATUS_END;
    size_t size = mark->rows * sizeof *rows;
    TRY(read_at(volume, file, at + (int64_t)sizeof *mark, rows, size));
    struct slice body = {size == 0 ? "" : (const char *)rows, size};
    return mark->body == hash_bytes(body) ? STATUS_OK : STATUS_END;
}

static enum status frame_add(struct offline_copy *copy, struct frames *to, struct copy_mark *mark)
{
    const struct volume *volume = &copy->options.volume;
    size_t size = mark->rows * sizeof *copy->row;
    copy_mark_end(mark, copy->row);
    TRY(volume->write(volume->self, to->file, to->end + (int64_t)sizeof *mark, copy->row, size));
    TRY(volume->write(volume->self, to->file, to->end, mark, sizeof *mark));
    TRY(volume->sync(volume->self, to->file));
    to->end += (int64_t)(sizeof *mark + size);
    to->rows += mark->rows;
    to->count++;
    to->mark = *mark;
    return STATUS_OK;
}

/* Up to the last frame that is whole; what is behind it goes. */
static enum status frames_open(struct offline_copy *copy, struct frames *frames, int64_t from)
{
    const struct volume *volume = &copy->options.volume;
    enum status status;
    frames->end = from;
    frames->count = 0;
    frames->rows = 0;
    while ((status = frame_read(volume, frames->file, frames->end, copy->next, copy->row)) ==
           STATUS_OK) {
        frames->mark = *copy->next;
        frames->end += (int64_t)(sizeof *copy->next + copy->next->rows * sizeof *copy->row);
        frames->rows += copy->next->rows;
        frames->count++;
    }
    return status == STATUS_END ? volume->cut(volume->self, frames->file, frames->end) : status;
}

static void frames_close(struct offline_copy *copy, struct frames *frames)
{
    if (frames->open)
        copy->options.volume.close(copy->options.volume.self, frames->file);
    frames->open = false;
}

static int64_t woven_end(const struct copy_mark *mark)
{
    return copy_rows_at(mark->buckets_bits) + (int64_t)(mark->rows * sizeof(struct copy_row));
}

static enum status copy_open(struct offline_copy *copy, enum offline_fault *fault)
{
    const struct volume *volume = &copy->options.volume;
    int64_t size = 0;
    frames_close(copy, &copy->copy);
    enum status status = volume->open(volume->self, COPY, false, &copy->copy.file);
    if (status == STATUS_ABSENT)
        return STATUS_OK;
    TRY(status);
    copy->copy.open = true;
    status = read_at(volume, copy->copy.file, 0, &copy->woven, sizeof copy->woven);
    if (status == STATUS_END || (status == STATUS_OK && !copy_mark_holds(&copy->woven)))
        return wrong(fault, OFFLINE_FAULT_damaged);
    TRY(status);
    TRY(volume->size(volume->self, copy->copy.file, &size));
    if (size < woven_end(&copy->woven))
        return wrong(fault, OFFLINE_FAULT_damaged);
    copy->copy.mark = copy->woven;
    return frames_open(copy, &copy->copy, woven_end(&copy->woven));
}

static enum status coming_open(struct offline_copy *copy)
{
    const struct volume *volume = &copy->options.volume;
    enum status status = volume->open(volume->self, COMING, false, &copy->coming.file);
    if (status == STATUS_ABSENT)
        return STATUS_OK;
    TRY(status);
    copy->coming.open = true;
    TRY(frames_open(copy, &copy->coming, 0));
    /* One that came in one piece is begun anew: nobody could say that its end is missing. */
    bool kept = copy->coming.count > 0 && copy->coming.mark.head_size > 0;
    return kept ? STATUS_OK : offline_drop(copy);
}

enum status offline_drop(struct offline_copy *copy)
{
    const struct volume *volume = &copy->options.volume;
    frames_close(copy, &copy->coming);
    enum status status = volume->remove(volume->self, COMING);
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

enum status offline_open(struct offline_copy **out, const struct offline_options *options,
                         struct arena *arena, enum offline_fault *fault)
{
    struct offline_copy *copy = NULL;
    *fault = OFFLINE_FAULT_none;
    TRY(ARENA_NEW(arena, 1, &copy));
    TRY(ARENA_NEW(arena, 1, &copy->next));
    TRY(ARENA_NEW(arena, COPY_FRAMES_ROWS_MAX, &copy->row));
    TRY(ARENA_NEW(arena, COPY_BLOCK_ROWS, &copy->block));
    copy->options = *options;
    if (copy->options.small_rows == 0)
        copy->options.small_rows = SMALL_ROWS;
    if (copy->options.window_rows == 0)
        copy->options.window_rows = WINDOW_ROWS;
    if (!vkey_read(options->vkey, &copy->origin, &copy->key))
        return wrong(fault, OFFLINE_FAULT_key);
    enum status status = copy_open(copy, fault);
    if (status == STATUS_OK)
        status = coming_open(copy);
    if (status != STATUS_OK)
        offline_close(copy);
    else
        *out = copy;
    return status;
}

void offline_close(struct offline_copy *copy)
{
    frames_close(copy, &copy->copy);
    frames_close(copy, &copy->coming);
}

void offline_facts(const struct offline_copy *copy, struct offline_facts *out)
{
    const struct copy_mark *now = &copy->copy.mark, *coming = &copy->coming.mark;
    *out = (struct offline_facts){.there = copy->copy.open, .coming = copy->coming.open};
    if (out->there) {
        out->version = now->version;
        out->rows = copy->woven.rows;
        out->changes = copy->copy.rows;
        out->made = (moment){now->made_ms};
    }
    if (out->coming) {
        out->coming_version = coming->version;
        out->parts = coming->parts;
        out->taken = coming->part;
        out->head = (struct slice){coming->head, coming->head_size};
    }
}

/* ---- what is walked ---- */

static enum status rows_walk(struct offline_copy *copy, const struct frames *frames, int64_t at,
                             uint64_t rows, struct copy_sink sink)
{
    while (rows > 0) {
        uint64_t count = rows < COPY_BLOCK_ROWS ? rows : COPY_BLOCK_ROWS;
        size_t size = count * sizeof *copy->block;
        enum status status = read_at(&copy->options.volume, frames->file, at, copy->block, size);
        if (status != STATUS_OK)
            return status == STATUS_END ? STATUS_MALFORMED : status;
        for (uint64_t i = 0; i < count; i++)
            TRY(sink.take(sink.self, &copy->block[i]));
        at += (int64_t)size;
        rows -= count;
    }
    return STATUS_OK;
}

/* All rows of the frames that begin at `at`. */
static enum status frames_walk(struct offline_copy *copy, const struct frames *frames, int64_t at,
                               struct copy_sink sink)
{
    while (at < frames->end) {
        if (read_at(&copy->options.volume, frames->file, at, copy->next, sizeof *copy->next) !=
                STATUS_OK ||
            !copy_mark_holds(copy->next))
            return STATUS_MALFORMED;
        uint64_t rows = copy->next->rows;
        at += (int64_t)sizeof *copy->next;
        TRY(rows_walk(copy, frames, at, rows, sink));
        at += (int64_t)(rows * sizeof *copy->row);
    }
    return STATUS_OK;
}

static enum status coming_walk(void *self, struct copy_sink sink)
{
    struct offline_copy *copy = self;
    return frames_walk(copy, &copy->coming, 0, sink);
}

/* What deltas say since the copy was woven, the last word on each number. */
struct changes {
    struct offline_copy *copy;
    struct copy_row *row;
    uint32_t *slot; /* of the number: row + 1 */
    uint32_t count, mask;
    struct copy_sink sink; /* while the woven rows are walked */
};

static uint32_t *slot_of(const struct changes *changes, uint32_t number)
{
    uint32_t at = (uint32_t)hash_word(number) & changes->mask;
    while (changes->slot[at] != 0 && changes->row[changes->slot[at] - 1].number != number)
        at = (at + 1) & changes->mask;
    return &changes->slot[at];
}

static enum status change_take(void *self, const struct copy_row *row)
{
    struct changes *changes = self;
    uint32_t *slot = slot_of(changes, row->number);
    if (*slot == 0)
        *slot = ++changes->count;
    changes->row[*slot - 1] = *row;
    return STATUS_OK;
}

static enum status changes_read(struct changes *changes, struct offline_copy *copy,
                                struct arena *arena)
{
    uint64_t room = 1024;
    while (room < copy->copy.rows * 2)
        room *= 2;
    *changes = (struct changes){.copy = copy, .mask = (uint32_t)room - 1};
    TRY(ARENA_NEW(arena, copy->copy.rows + 1, &changes->row));
    TRY(ARENA_NEW(arena, room, &changes->slot));
    return frames_walk(copy, &copy->copy, woven_end(&copy->woven),
                       (struct copy_sink){change_take, changes});
}

static enum status unchanged_pass(void *self, const struct copy_row *row)
{
    const struct changes *changes = self;
    return *slot_of(changes, row->number) == 0 ? changes->sink.take(changes->sink.self, row)
                                               : STATUS_OK;
}

static enum status copy_walk(void *self, struct copy_sink sink)
{
    struct changes *changes = self;
    const struct offline_copy *copy = changes->copy;
    changes->sink = sink;
    TRY(rows_walk(changes->copy, &copy->copy, copy_rows_at(copy->woven.buckets_bits),
                  copy->woven.rows, (struct copy_sink){unchanged_pass, changes}));
    for (uint32_t i = 0; i < changes->count; i++)
        if (changes->row[i].gone == 0)
            TRY(sink.take(sink.self, &changes->row[i]));
    return STATUS_OK;
}

/* ---- a new copy in the place of the old one ---- */

static enum status replace(struct offline_copy *copy, struct copy_source source,
                           const struct copy_mark *as, moment now, struct arena *arena)
{
    const struct volume *volume = &copy->options.volume;
    const struct weaving weaving = {.volume = volume,
                                    .window_rows = copy->options.window_rows,
                                    .now_s = now.ms / SECOND_MS,
                                    .source = source,
                                    .arena = arena};
    struct copy_mark *mark = NULL;
    TRY(ARENA_NEW(arena, 1, &mark));
    memcpy(mark, as, sizeof *mark);
    memset(mark->head, 0, sizeof mark->head);
    mark->head_size = mark->parts = mark->part = mark->numbers = mark->entries = 0;
    mark->woven_ms = now.ms;
    TRY(weave(&weaving, mark));
    TRY(volume->rename(volume->self, WOVEN, COPY));
    return volume->sync_names(volume->self);
}

/* The deltas behind the copy go into it. */
static enum status fold(struct offline_copy *copy, moment now, struct arena *arena)
{
    struct changes changes;
    TRY(changes_read(&changes, copy, arena));
    const struct copy_source source = {copy_walk, &changes, copy->woven.rows + changes.count};
    return replace(copy, source, &copy->copy.mark, now, arena);
}

/* One of the two in memory of its own; then the new one is open. */
static enum status woven_anew(struct offline_copy *copy, bool of_coming, moment now,
                              enum offline_fault *fault)
{
    struct arena *arena = NULL;
    TRY(arena_create(&arena, WEAVE_BYTES_MAX));
    const struct copy_source source = {coming_walk, copy, copy->coming.rows};
    enum status status = of_coming ? replace(copy, source, &copy->coming.mark, now, arena)
                                   : fold(copy, now, arena);
    arena_destroy(arena);
    if (status == STATUS_MALFORMED)
        return wrong(fault, OFFLINE_FAULT_damaged);
    return status == STATUS_OK ? copy_open(copy, fault) : status;
}

/* ---- an export in parts ---- */

static bool is_older(const struct offline_copy *copy, uint64_t version, int64_t made_ms)
{
    const struct copy_mark *mark = &copy->copy.mark;
    return copy->copy.open && (version < mark->version || made_ms < mark->made_ms);
}

enum status offline_finish(struct offline_copy *copy, moment now, enum offline_fault *fault)
{
    const struct copy_mark *mark = &copy->coming.mark;
    *fault = OFFLINE_FAULT_none;
    if (!copy->coming.open || mark->part != mark->parts)
        return wrong(fault, OFFLINE_FAULT_order);
    if (copy->coming.rows != mark->entries)
        *fault = OFFLINE_FAULT_entries;
    else if (is_older(copy, mark->version, mark->made_ms))
        *fault = OFFLINE_FAULT_older; /* deltas went past it meanwhile */
    enum status status =
        *fault == OFFLINE_FAULT_none ? woven_anew(copy, true, now, fault) : STATUS_REFUSED;
    if (status == STATUS_OK || status == STATUS_REFUSED)
        TRY(offline_drop(copy));
    return status;
}

/* Facts of a sheet, and nothing else. */
static void mark_of(struct copy_mark *mark, const struct sheet *sheet)
{
    copy_mark_begin(mark);
    mark->under = sheet->under;
    memcpy(mark->executor, sheet->executor.at, sheet->executor.size);
    mark->chain = sheet->chain;
    mark->version = sheet->to;
    mark->made_ms = sheet->made.ms;
}

static enum offline_fault begins(const struct offline_copy *copy, const struct sheet *sheet)
{
    if (copy->copy.open && !slice_equal(slice_of(copy->copy.mark.executor), sheet->executor))
        return OFFLINE_FAULT_executor;
    if (is_older(copy, sheet->to, sheet->made.ms) ||
        (copy->coming.open && sheet->made.ms < copy->coming.mark.made_ms))
        return OFFLINE_FAULT_older;
    return OFFLINE_FAULT_none;
}

static enum status coming_begin(struct offline_copy *copy, const struct sheet *sheet,
                                struct slice head)
{
    const struct volume *volume = &copy->options.volume;
    struct copy_mark *mark = copy->next;
    TRY(offline_drop(copy));
    mark_of(mark, sheet);
    mark->parts = sheet->parts;
    mark->numbers = sheet->numbers;
    mark->entries = sheet->entries;
    memcpy(mark->head, head.at, head.size);
    mark->head_size = head.size;
    TRY(volume->open(volume->self, COMING, true, &copy->coming.file));
    copy->coming = (struct frames){.file = copy->coming.file, .open = true};
    TRY(volume->cut(volume->self, copy->coming.file, 0));
    TRY(volume->sync_names(volume->self));
    return frame_add(copy, &copy->coming, mark);
}

static enum status head_take(struct offline_copy *copy, const struct sheet *sheet,
                             struct slice bytes, moment now, enum offline_fault *fault)
{
    *fault = begins(copy, sheet);
    if (*fault == OFFLINE_FAULT_none && bytes.size > COPY_HEAD_MAX)
        *fault = OFFLINE_FAULT_form;
    if (*fault != OFFLINE_FAULT_none)
        return STATUS_REFUSED;
    if (copy->coming.open &&
        slice_equal((struct slice){copy->coming.mark.head, copy->coming.mark.head_size}, bytes))
        return STATUS_OK; /* what was taken of it is kept */
    TRY(coming_begin(copy, sheet, bytes));
    return sheet->parts == 0 ? offline_finish(copy, now, fault) : STATUS_OK;
}

static enum status pack_add(struct copy_mark *mark, struct slice stamp, uint8_t *out)
{
    for (*out = 0; *out < mark->packs_count; ++*out)
        if (slice_equal(slice_of(mark->pack[*out]), stamp))
            return STATUS_OK;
    if (mark->packs_count == STANDING_PACKS_MAX)
        return STATUS_FULL;
    memcpy(mark->pack[mark->packs_count++], stamp.at, stamp.size);
    return STATUS_OK;
}

/* Lines as rows, their packs under the numbers that these have here.  Stops before the row that
 * does not fit; `*rest` goes on with it. */
static enum status rows_of(struct offline_copy *copy, struct copy_mark *mark, uint8_t *packs,
                           struct slice *rest)
{
    struct sheet_line line;
    mark->rows = 0;
    for (struct slice before = *rest;; before = *rest) {
        enum status status = sheet_line_next(rest, &line);
        if (status != STATUS_OK)
            return status == STATUS_END ? STATUS_OK : status;
        if (line.kind == LINE_pack) {
            TRY(pack_add(mark, line.pack, &packs[line.entry.pack]));
            continue;
        }
        if (mark->rows == COPY_FRAMES_ROWS_MAX) {
            *rest = before;
            return STATUS_OK;
        }
        if (line.kind == LINE_enters && packs[line.entry.pack] == UINT8_MAX)
            return STATUS_MALFORMED; /* a pack that was not told */
        copy->row[mark->rows++] = (struct copy_row){
            .key = line.entry.key,
            .card = line.entry.card,
            .from_s = (uint32_t)line.entry.from_s,
            .until_s = (uint32_t)line.entry.until_s,
            .number = line.entry.number,
            .dropped = line.entry.dropped,
            .pack = line.kind == LINE_enters ? packs[line.entry.pack] : 0,
            .criminal = line.entry.criminal,
            .suspended = line.entry.suspended,
            .gone = line.kind == LINE_leaves};
    }
}

static enum status sheet_rows(struct offline_copy *copy, struct copy_mark *mark, struct slice lines)
{
    uint8_t packs[STANDING_PACKS_MAX];
    memset(packs, UINT8_MAX, sizeof packs);
    TRY(rows_of(copy, mark, packs, &lines));
    return lines.size == 0 ? STATUS_OK : STATUS_MALFORMED;
}

/* Rising, within the part's numbers, and nothing that leaves. */
static bool rows_fit(const struct offline_copy *copy, uint64_t count, uint64_t after, uint64_t last)
{
    for (uint64_t i = 0; i < count; i++) {
        const struct copy_row *row = &copy->row[i];
        if (row->gone != 0 || row->number <= after || row->number > last)
            return false;
        after = row->number;
    }
    return true;
}

static enum offline_fault part_fits(const struct offline_copy *copy, const struct sheet *sheet)
{
    const struct copy_mark *mark = &copy->coming.mark;
    if (!copy->coming.open)
        return OFFLINE_FAULT_head;
    struct slice head = {mark->head, mark->head_size};
    const char *dashes = memmem(head.at, head.size, "\n--\n", 4);
    if (dashes == NULL)
        return OFFLINE_FAULT_head; /* a whole export in one piece is being taken */
    struct slice content = {head.at, (size_t)(dashes - head.at) + 1};
    char hex[DIGEST_HEX_SIZE];
    struct digest digest = sha256_of(&content, 1);
    digest_hex(&digest, hex);
    if (!slice_equal(sheet->head, slice_of(hex)) || sheet->parts != mark->parts)
        return OFFLINE_FAULT_head;
    if (sheet->part <= mark->part)
        return OFFLINE_FAULT_twice;
    return sheet->part == mark->part + 1 ? OFFLINE_FAULT_none : OFFLINE_FAULT_order;
}

static enum status part_take(struct offline_copy *copy, const struct sheet *sheet, moment now,
                             enum offline_fault *fault)
{
    struct copy_mark *mark = copy->next;
    *fault = part_fits(copy, sheet);
    if (*fault != OFFLINE_FAULT_none)
        return STATUS_REFUSED;
    *mark = copy->coming.mark;
    enum status status = sheet_rows(copy, mark, sheet->lines);
    if (status == STATUS_MALFORMED || (status == STATUS_OK && mark->rows != sheet->entries))
        return wrong(fault, OFFLINE_FAULT_form);
    TRY(status);
    uint64_t after = (sheet->part - 1) * mark->numbers;
    if (!rows_fit(copy, mark->rows, after, after + mark->numbers))
        return wrong(fault, OFFLINE_FAULT_form);
    mark->part = sheet->part;
    TRY(frame_add(copy, &copy->coming, mark));
    return mark->part == mark->parts ? offline_finish(copy, now, fault) : STATUS_OK;
}

/* ---- deltas ---- */

/* All that stands in one piece, as a small register is exported: frames as of parts. */
static enum status whole_take(struct offline_copy *copy, const struct sheet *sheet, moment now,
                              enum offline_fault *fault)
{
    uint8_t packs[STANDING_PACKS_MAX];
    struct slice rest = sheet->lines;
    uint64_t after = 0;
    struct copy_mark *mark = copy->next;
    *fault = begins(copy, sheet);
    if (*fault != OFFLINE_FAULT_none)
        return STATUS_REFUSED;
    memset(packs, UINT8_MAX, sizeof packs);
    TRY(coming_begin(copy, sheet, SLICE("")));
    do {
        *mark = copy->coming.mark;
        enum status status = rows_of(copy, mark, packs, &rest);
        if (status == STATUS_MALFORMED ||
            (status == STATUS_OK && !rows_fit(copy, mark->rows, after, STANDING_ENTRIES_MAX)))
            *fault = OFFLINE_FAULT_form;
        if (*fault != OFFLINE_FAULT_none || status != STATUS_OK) {
            TRY(offline_drop(copy));
            return *fault != OFFLINE_FAULT_none ? STATUS_REFUSED : status;
        }
        after = mark->rows == 0 ? after : copy->row[mark->rows - 1].number;
        mark->entries += mark->rows;
        TRY(frame_add(copy, &copy->coming, mark));
    } while (rest.size > 0);
    return offline_finish(copy, now, fault);
}

static enum offline_fault goes_on(const struct offline_copy *copy, const struct sheet *delta)
{
    char hex[DIGEST_HEX_SIZE];
    const struct copy_mark *mark = &copy->copy.mark;
    if (!copy->copy.open)
        return OFFLINE_FAULT_chain;
    if (!slice_equal(slice_of(mark->executor), delta->executor))
        return OFFLINE_FAULT_executor;
    digest_hex(&mark->chain, hex);
    if (delta->from != mark->version || !slice_equal(delta->from_chain, slice_of(hex)) ||
        delta->to < delta->from)
        return OFFLINE_FAULT_chain;
    return OFFLINE_FAULT_none;
}

static bool wants_weaving(const struct offline_copy *copy, moment now)
{
    const struct frames *frames = &copy->copy;
    return copy->woven.rows + frames->rows <= copy->options.small_rows ||
           frames->rows > COPY_FRAMES_ROWS_MAX / 2 || frames->count >= COPY_FRAMES_MAX ||
           now.ms - copy->woven.woven_ms >= DAY_MS;
}

static enum status delta_take(struct offline_copy *copy, const struct sheet *delta, moment now,
                              enum offline_fault *fault)
{
    struct copy_mark *mark = copy->next;
    *fault = goes_on(copy, delta);
    if (*fault != OFFLINE_FAULT_none)
        return STATUS_REFUSED;
    mark_of(mark, delta);
    mark->packs_count = copy->copy.mark.packs_count;
    memcpy(mark->pack, copy->copy.mark.pack, sizeof mark->pack);
    enum status status = sheet_rows(copy, mark, delta->lines);
    if (status == STATUS_MALFORMED)
        return wrong(fault, OFFLINE_FAULT_form);
    TRY(status);
    if (copy->copy.rows + mark->rows > COPY_FRAMES_ROWS_MAX)
        return STATUS_FULL; /* it is woven long before */
    TRY(frame_add(copy, &copy->copy, mark)); /* also without a change: when it was made */
    return wants_weaving(copy, now) ? woven_anew(copy, false, now, fault) : STATUS_OK;
}

enum status offline_take(struct offline_copy *copy, struct slice bytes, moment now,
                         enum offline_fault *fault)
{
    struct sheet sheet;
    *fault = sheet_read(bytes, copy->origin, &copy->key, &sheet);
    if (*fault != OFFLINE_FAULT_none)
        return STATUS_REFUSED;
    switch (sheet.kind) {
    case SHEET_head:
        return head_take(copy, &sheet, bytes, now, fault);
    case SHEET_part:
        return part_take(copy, &sheet, now, fault);
    case SHEET_delta:
        return sheet.from == 0 ? whole_take(copy, &sheet, now, fault)
                               : delta_take(copy, &sheet, now, fault);
    case SHEET_KINDS_COUNT:
        break;
    }
    return wrong(fault, OFFLINE_FAULT_form);
}
