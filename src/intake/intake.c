/* intake.c -- many files, one stream in the order of time.
 *
 * Registers and truth are handed out first, file by file.  Then the event files are merged: a heap
 * holds each file with the time of its next record, and the file whose next record is oldest gives
 * it.
 *
 * A file is only open while it is needed: when it is added, its first bytes are read, its first
 * time is noted, and it is closed again until the merge comes to that time.  So a year of daily
 * files takes the memory and the descriptors of a few.  A pipe stays open.
 *
 * A file in no order is read whole, before the first event is handed out, onto a shelf; the merge
 * then takes its records from there.
 *
 * Invariants:  1. The order is a function of the files and the order in which they were added:
 *                 equal times go by the number of the file.
 *              2. Texts of a batch lie in the batch's room, or, if they are canonical as they stand
 *                 in the file, in the file's window; so the batch ends before a window moves.
 *              3. A file that fails in the middle ends there, and is told once, after its last
 *                 record.
 * Not chosen:  sorting every file.  Feeds are roughly ordered, what is behind them knows late
 * records, and a stream that never ends can be read. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "recognise.h"
#include "why.h"

enum { SHELVED_AT_ONCE = 4 * RECORD_BATCH_MAX };
enum { BATCH_ROOM_SIZE = RECORD_BATCH_MAX * 1024 + RECORD_ROOM_SIZE };

/* What an open file needs; used again for the next. */
struct lane {
    struct lane *next;
    struct source *source;
    struct messages *messages; /* NULL: it never held a file of XML */
    bool has_head;
    struct record head; /* the file's next record */
    _Alignas(16) char room[RECORD_ROOM_SIZE];
};

struct queued {
    moment at; /* of the head; of a file asleep, of its first record as far as is known */
    struct file *file;
};

struct intake {
    struct intake_options options;
    struct arena *boot;        /* what stays */
    struct arena *files_arena; /* what belongs to the files at hand */
    struct file **files;
    struct lane **lanes; /* of each file; NULL: asleep, or done */
    uint32_t files_count;
    uint32_t registers_next; /* the next file to be looked at for registers */
    struct queued *heap;     /* event files, the one whose turn it is first */
    uint32_t heap_count;
    bool begun; /* the first record was asked for */
    bool heap_built;
    uint32_t shelves_next;     /* the next file to be looked at for being in no order */
    struct arena *shelf_space; /* made for the first such file */
    struct lane *lanes_free;
    const struct file *current;
    const struct file *failed; /* told last */
    uint32_t untold_count;     /* files that failed and were not told yet */
    struct manner manner;      /* of files whose mapping does not say otherwise */
    struct work work;
    struct record *batch;
    size_t batch_count;
    bool batch_closed; /* a window that it lends from is about to change */
    char *batch_room;
    size_t room_used;
};

enum status intake_create(struct intake **out, const struct intake_options *options,
                          struct reject_sink rejects, struct arena *boot)
{
    struct intake *intake;
    TRY(ARENA_NEW(boot, 1, &intake));
    TRY(ARENA_NEW(boot, FILES_MAX, &intake->files));
    TRY(ARENA_NEW(boot, FILES_MAX, &intake->lanes));
    TRY(ARENA_NEW(boot, FILES_MAX, &intake->heap));
    TRY(ARENA_NEW(boot, RECORD_BATCH_MAX, &intake->batch));
    TRY(ARENA_NEW(boot, BATCH_ROOM_SIZE, &intake->batch_room));
    TRY(work_plans(&intake->work, boot));
    intake->boot = boot;
    intake->files_arena = boot;
    intake->options = *options;
    TRY(slice_copy(boot, options->kind, &intake->options.kind));
    TRY(slice_copy(boot, options->home_country, &intake->options.home_country));
    TRY(slice_copy(boot, options->home_currency, &intake->options.home_currency));
    struct slice currency = intake->options.home_currency;
    intake->manner = (struct manner){
        .home_country = intake->options.home_country,
        .home_currency = currency,
        .zone_minutes = options->zone_minutes,
        .currency_digits = currency.size == 0 ? 2 : currency_digits(currency),
    };
    intake->work.kind_asked = RECORD_KINDS_COUNT;
    intake->work.rejects = rejects;
    *out = intake;
    return STATUS_OK;
}

/* ---- lanes ---- */

static enum status lane_take(struct intake *intake, struct lane **out)
{
    struct lane *lane = intake->lanes_free;
    if (lane != NULL) {
        intake->lanes_free = lane->next;
        *out = lane;
        return STATUS_OK;
    }
    TRY(ARENA_NEW(intake->boot, 1, &lane));
    TRY(source_create(&lane->source, intake->boot));
    lane->source->bytes_max = intake->options.bytes_max;
    *out = lane;
    return STATUS_OK;
}

/* What a file of XML needs besides. */
static enum status lane_messages(struct intake *intake, struct lane *lane, struct file *file)
{
    if (file->form != FORM_XML)
        return STATUS_OK;
    if (lane->messages == NULL)
        TRY(messages_create(&lane->messages, intake->boot));
    file->messages = lane->messages;
    messages_begin(file->messages, file->body_line);
    return STATUS_OK;
}

static void lane_give_back(struct intake *intake, struct lane *lane)
{
    lane->has_head = false;
    lane->next = intake->lanes_free;
    intake->lanes_free = lane;
}

/* ---- adding files ---- */

static enum status check_kind(struct intake *intake, struct text why[TONGUES_COUNT])
{
    struct slice kind = intake->options.kind;
    intake->work.kind_asked = RECORD_KINDS_COUNT;
    if (kind.size == 0 || kind_find(kind, &intake->work.kind_asked))
        return STATUS_OK;
    struct slice names[RECORD_KINDS_COUNT];
    for (int i = 0; i < RECORD_KINDS_COUNT; i++)
        names[i] = slice_of(kind_schema((enum record_kind)i)->name);
    why_add(why, "--kind ", "--kind ");
    why_names(why, &kind, 1);
    why_add(why, ": there is no such kind; the kinds are ", "：没有这个类别；类别有：");
    why_names(why, names, RECORD_KINDS_COUNT);
    return STATUS_REFUSED;
}

/* A document that breaks before its first row is refused at once; that the sample is cut does not
 * count. */
static enum status check_sample(struct file *file, const struct intake_counts *counts,
                                struct text why[TONGUES_COUNT])
{
    enum markup_fault fault = file->trouble.fault;
    if (counts->read != 0 || fault == MARKUP_FINE || fault == MARKUP_CUT)
        return STATUS_OK;
    why_path(why, file->path);
    for (enum tongue tongue = 0; tongue < TONGUES_COUNT; tongue++)
        text_add_markup_trouble(&why[tongue], &file->trouble, tongue);
    return STATUS_MALFORMED;
}

static enum status understand(struct intake *intake, struct file *file, struct lane *lane,
                              struct text why[TONGUES_COUNT])
{
    struct source *source = lane->source;
    file->source = source;
    file->size = source->size;
    file->pack = source->pack;
    file->once = source->size < 0;
    file->manner = intake->manner;
    TRY(recognise(file, source, &intake->options, &intake->work, intake->files_arena, why));
    TRY(lane_messages(intake, lane, file));
    file->line = file->body_line;
    file->first_at = MOMENT_NONE;
    if (file->once || file->group != GROUP_EVENT)
        return STATUS_OK;
    struct intake_counts counts;
    file_sample(file, &intake->work, 1, &counts, &file->first_at);
    return check_sample(file, &counts, why);
}

/* Opens the file for its first bytes, and closes it again unless it is a pipe. */
static enum status add(struct intake *intake, struct file *file, struct text why[TONGUES_COUNT])
{
    struct lane *lane;
    TRY(check_kind(intake, why));
    TRY(lane_take(intake, &lane));
    enum disk_fault fault = DISK_FINE;
    enum status status = STATUS_OK;
    if (file->memory.at != NULL)
        source_open_bytes(lane->source, file->memory);
    else
        status = source_open(lane->source, file->path.at, &fault);
    if (status != STATUS_OK) {
        why_fault(why, file->path, fault);
        lane_give_back(intake, lane);
        return STATUS_IO;
    }
    status = understand(intake, file, lane, why);
    if (status == STATUS_OK && file->once) {
        intake->lanes[intake->files_count] = lane;
    } else {
        (void)file_close(file);
        file->taken = 0;
        lane_give_back(intake, lane);
    }
    if (status == STATUS_FULL) {
        why_path(why, file->path);
        why_add(why, "there is not enough memory to read it", "内存不足，无法读取");
    }
    if (status != STATUS_OK)
        return status;
    file->number = intake->files_count;
    intake->files[intake->files_count++] = file;
    return STATUS_OK;
}

static enum status file_create(struct intake *intake, const char *path, struct file **out,
                               struct text why[TONGUES_COUNT])
{
    must(!intake->begun); /* files are added before the first record is taken */
    if (intake->files_count == FILES_MAX) {
        why_path(why, slice_of(path));
        why_add(why, "is one file too many: at most 4096 are read in one run",
                "文件过多：一次最多读取 4096 个文件");
        return STATUS_FULL;
    }
    TRY(ARENA_NEW(intake->files_arena, 1, out));
    return slice_copy(intake->files_arena, slice_of(path), &(*out)->path);
}

enum status intake_add(struct intake *intake, const char *path, struct text why[TONGUES_COUNT])
{
    struct file *file;
    TRY(file_create(intake, path, &file, why));
    return add(intake, file, why);
}

enum status intake_add_bytes(struct intake *intake, const char *name, struct slice bytes,
                             struct text why[TONGUES_COUNT])
{
    struct file *file;
    TRY(file_create(intake, name, &file, why));
    file->memory = bytes.size == 0 ? SLICE("") : bytes;
    return add(intake, file, why);
}

/* ---- opening and closing ---- */

/* A file that could not be opened again, or that ended in the middle, will be told. */
static void note_failure(struct intake *intake, struct file *file, enum status status)
{
    file->failure = status;
    if (status != STATUS_OK)
        intake->untold_count++;
}

static enum status wake(struct intake *intake, struct file *file, bool *awake)
{
    *awake = true;
    if (intake->lanes[file->number] != NULL)
        return STATUS_OK;
    struct lane *lane;
    TRY(lane_take(intake, &lane));
    enum status status = file->shelf == NULL ? lane_messages(intake, lane, file) : STATUS_OK;
    if (status != STATUS_OK) {
        lane_give_back(intake, lane);
        return status;
    }
    if (file->shelf != NULL || file_open(file, lane->source) == STATUS_OK) {
        intake->lanes[file->number] = lane;
        return STATUS_OK;
    }
    lane_give_back(intake, lane);
    note_failure(intake, file, STATUS_IO);
    *awake = false;
    return STATUS_OK;
}

static void put_away(struct intake *intake, struct file *file)
{
    struct lane *lane = intake->lanes[file->number];
    if (file->source != NULL) { /* else its records came from its shelf */
        note_failure(intake, file, file->failure);
        (void)file_close(file);
    }
    intake->lanes[file->number] = NULL;
    lane_give_back(intake, lane);
}

/* ---- where a record is put ---- */

static bool batch_has_room(const struct intake *intake)
{
    return !intake->batch_closed && intake->batch_count < RECORD_BATCH_MAX &&
           BATCH_ROOM_SIZE - intake->room_used >= RECORD_ROOM_SIZE;
}

/* From the shelf of a file that was put in order, else from the file. */
static enum status next_of(struct intake *intake, struct file *file)
{
    if (file->source != NULL)
        return file_next(file, &intake->work);
    intake->work.parched = false;
    return shelf_take(file->shelf, intake->work.desk.record);
}

/* The file's next record as the next of the batch, not yet counted.  END: the file has no more. */
static enum status read_into_batch(struct intake *intake, struct file *file)
{
    struct desk *desk = &intake->work.desk;
    desk->record = &intake->batch[intake->batch_count];
    desk->room = intake->batch_room;
    desk->room_size = BATCH_ROOM_SIZE;
    desk->room_used = intake->room_used;
    intake->current = file;
    intake->work.window_stays = intake->batch_count != 0;
    return next_of(intake, file);
}

/* The same as the head of the file.  `window_stays`: the batch may lend from the file's window. */
static enum status read_into_head(struct intake *intake, struct file *file, bool window_stays)
{
    struct lane *lane = intake->lanes[file->number];
    struct desk *desk = &intake->work.desk;
    desk->record = &lane->head;
    desk->room = lane->room;
    desk->room_size = sizeof lane->room;
    desk->room_used = 0;
    intake->current = file;
    intake->work.window_stays = window_stays;
    return next_of(intake, file);
}

static void *room_copy(char *room, size_t *used, const void *from, size_t size)
{
    void *at = room + *used;
    memcpy(at, from, size);
    *used += size;
    return at;
}

static struct ident_list *list_copy(char *room, size_t *used, const struct ident_list *from)
{
    *used = (*used + 7) & ~(size_t)7;
    struct ident_list *list = room_copy(room, used, from, sizeof *from);
    list->at = room_copy(room, used, from->at, from->count * sizeof *from->at);
    struct slice *text = room_copy(room, used, from->text, from->count * sizeof *from->text);
    list->text = text;
    for (uint32_t i = 0; i < list->count; i++)
        text[i].at = room_copy(room, used, text[i].at, text[i].size);
    return list;
}

/* A record in another room, with those of its texts that do not lie in a window. */
static void record_copy(struct record *to, const struct record *from, const struct lane *lane,
                        char *room, size_t *used)
{
    *to = *from;
    const struct kind_schema *schema = kind_schema(from->kind);
    for (unsigned i = 0; i < schema->fields_count; i++) {
        if (!record_knows(from, i))
            continue;
        enum field_held held = field_held(schema->fields[i].type);
        size_t offset = (uintptr_t)from->text[i].at - (uintptr_t)lane->source->window;
        if (held == HELD_NAME && offset >= SOURCE_WINDOW_SIZE)
            to->text[i].at = room_copy(room, used, from->text[i].at, from->text[i].size);
        else if (held == HELD_NAMES)
            to->field[i].names = list_copy(room, used, from->field[i].names);
    }
}

/* ---- registers ---- */

static enum status fill_registers(struct intake *intake)
{
    while (intake->registers_next < intake->files_count && batch_has_room(intake)) {
        struct file *file = intake->files[intake->registers_next];
        bool awake;
        if (file->group == GROUP_EVENT) {
            intake->registers_next++;
            continue;
        }
        TRY(wake(intake, file, &awake));
        if (!awake) {
            intake->registers_next++;
            continue;
        }
        enum status status = read_into_batch(intake, file);
        if (status == STATUS_END) {
            intake->batch_closed = intake->batch_count != 0;
            if (!intake->work.parched) {
                put_away(intake, file);
                intake->registers_next++;
            }
            continue;
        }
        TRY(status);
        intake->batch_count++;
        intake->room_used = intake->work.desk.room_used;
    }
    return STATUS_OK;
}

/* ---- files in no order ---- */

/* Not for registers: their order does not matter. */
static bool wants_shelf(const struct intake *intake, const struct file *file)
{
    if (file->group != GROUP_EVENT || intake->options.order == ORDER_DOES_NOT_MATTER)
        return false;
    return file->in_no_order || intake->options.order == ORDER_NONE;
}

static enum status shelf_begin(struct intake *intake, struct file *file)
{
    size_t size_max = intake->options.order_memory_max;
    bool awake;
    if (size_max == 0)
        size_max = (size_t)ORDER_MIB_DEFAULT << 20;
    if (intake->shelf_space == NULL)
        TRY(arena_create(&intake->shelf_space, size_max));
    TRY(wake(intake, file, &awake));
    return shelf_create(&file->shelf, intake->shelf_space);
}

static enum status shelf_end(struct intake *intake, struct file *file)
{
    put_away(intake, file);
    TRY(shelf_close(file->shelf));
    file->first_at = shelf_next_at(file->shelf);
    intake->shelves_next++;
    return STATUS_OK;
}

/* Reads some more rows of files in no order: so few that the caller may still be asked to stop.
 * Nothing is lent while this runs. */
static enum status fill_shelves(struct intake *intake)
{
    unsigned rows = 0;
    while (intake->shelves_next < intake->files_count && rows < SHELVED_AT_ONCE) {
        struct file *file = intake->files[intake->shelves_next];
        if (!wants_shelf(intake, file)) {
            intake->shelves_next++;
            continue;
        }
        if (file->shelf == NULL)
            TRY(shelf_begin(intake, file));
        if (file->source == NULL) { /* it could not be opened again */
            TRY(shelf_close(file->shelf));
            intake->shelves_next++;
            continue;
        }
        enum status status = read_into_head(intake, file, false);
        if (status == STATUS_END) {
            TRY(shelf_end(intake, file));
            continue;
        }
        TRY(status);
        TRY(shelf_put(file->shelf, &intake->lanes[file->number]->head));
        rows++;
    }
    return STATUS_OK;
}

bool intake_sorts(const struct intake *intake)
{
    for (uint32_t i = 0; i < intake->files_count; i++)
        if (wants_shelf(intake, intake->files[i]))
            return true;
    return false;
}

bool intake_is_sorting(const struct intake *intake)
{
    return intake_sorts(intake) && intake->shelves_next < intake->files_count;
}

/* ---- the merge ---- */

static bool goes_before(const struct queued *a, const struct queued *b)
{
    if (a->at.ms != b->at.ms)
        return a->at.ms < b->at.ms;
    return a->file->number < b->file->number;
}

/* The first of the heap has a new time: it sinks to its place. */
static void heap_sink(struct intake *intake)
{
    struct queued sinking = intake->heap[0];
    uint32_t at = 0;
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= intake->heap_count)
            break;
        if (child + 1 < intake->heap_count &&
            goes_before(&intake->heap[child + 1], &intake->heap[child]))
            child++;
        if (goes_before(&sinking, &intake->heap[child]))
            break;
        intake->heap[at] = intake->heap[child];
        at = child;
    }
    intake->heap[at] = sinking;
}

static void heap_drop_first(struct intake *intake)
{
    intake->heap[0] = intake->heap[--intake->heap_count];
    if (intake->heap_count != 0)
        heap_sink(intake);
}

static void heap_build(struct intake *intake)
{
    intake->heap_built = true;
    for (uint32_t i = 0; i < intake->files_count; i++) {
        struct file *file = intake->files[i];
        if (file->group != GROUP_EVENT)
            continue;
        struct queued rising = {file->first_at, file};
        uint32_t at = intake->heap_count++;
        while (at != 0 && goes_before(&rising, &intake->heap[(at - 1) / 2])) {
            intake->heap[at] = intake->heap[(at - 1) / 2];
            at = (at - 1) / 2;
        }
        intake->heap[at] = rising;
    }
}

/* Whether the first of the heap, with its next record at this time, would still be the first. */
static bool stays_first(const struct intake *intake, moment at)
{
    struct queued next = {at, intake->heap[0].file};
    for (uint32_t i = 1; i <= 2 && i < intake->heap_count; i++)
        if (!goes_before(&next, &intake->heap[i]))
            return false;
    return true;
}

/* The first file goes on after its head was handed out: as long as it stays first, its records go
 * straight into the batch; then the one that does not becomes its head. */
static enum status run_first(struct intake *intake)
{
    struct file *file = intake->heap[0].file;
    struct lane *lane = intake->lanes[file->number];
    for (;;) {
        bool direct = batch_has_room(intake);
        enum status status =
            direct ? read_into_batch(intake, file) : read_into_head(intake, file, true);
        if (status == STATUS_END) {
            intake->batch_closed = true; /* it lends from this file's window */
            lane->has_head = false;
            if (!intake->work.parched) {
                put_away(intake, file);
                heap_drop_first(intake);
            }
            return STATUS_OK;
        }
        TRY(status);
        const struct record *read = intake->work.desk.record;
        if (direct && stays_first(intake, read->at)) {
            intake->batch_count++;
            intake->room_used = intake->work.desk.room_used;
            continue;
        }
        size_t used = 0;
        if (direct)
            record_copy(&lane->head, read, lane, lane->room, &used);
        intake->heap[0].at = lane->head.at;
        heap_sink(intake);
        return STATUS_OK;
    }
}

/* The first file has no head: it is asleep, or the window had to move, or it is a pipe that was
 * never read.  Nothing of the batch lies in its window.  By the head its place may change. */
static enum status wake_first(struct intake *intake)
{
    struct file *file = intake->heap[0].file;
    bool awake;
    TRY(wake(intake, file, &awake));
    enum status status = awake ? read_into_head(intake, file, false) : STATUS_END;
    if (status == STATUS_END) {
        if (awake)
            put_away(intake, file);
        heap_drop_first(intake);
        return STATUS_OK;
    }
    TRY(status);
    struct lane *lane = intake->lanes[file->number];
    lane->has_head = true;
    intake->heap[0].at = lane->head.at;
    heap_sink(intake);
    return STATUS_OK;
}

static enum status fill_events(struct intake *intake)
{
    while (intake->heap_count != 0 && batch_has_room(intake)) {
        struct lane *lane = intake->lanes[intake->heap[0].file->number];
        if (lane == NULL || !lane->has_head) {
            TRY(wake_first(intake));
            continue;
        }
        record_copy(&intake->batch[intake->batch_count++], &lane->head, lane, intake->batch_room,
                    &intake->room_used);
        TRY(run_first(intake));
    }
    return STATUS_OK;
}

/* Registers, then the shelves, then events: a batch never holds two of these, because a lane that
 * the batch lends from might be used again. */
static enum status fill_batch(struct intake *intake)
{
    TRY(fill_registers(intake));
    if (intake->batch_count != 0 || intake->registers_next < intake->files_count)
        return STATUS_OK;
    if (intake->shelves_next < intake->files_count)
        TRY(fill_shelves(intake));
    if (intake->shelves_next < intake->files_count)
        return STATUS_OK;
    if (!intake->heap_built)
        heap_build(intake);
    return fill_events(intake);
}

/* The next file that failed in the middle and was not told yet. */
static enum status tell_failure(struct intake *intake)
{
    for (uint32_t i = 0; i < intake->files_count; i++) {
        struct file *file = intake->files[i];
        if (file->failure == STATUS_OK || file->failure_told)
            continue;
        file->failure_told = true;
        intake->untold_count--;
        intake->failed = file;
        intake->current = file;
        return STATUS_IO;
    }
    return STATUS_END;
}

enum status intake_next(struct intake *intake, const struct record **records, size_t *count)
{
    intake->begun = true;
    intake->batch_count = 0;
    intake->batch_closed = false;
    intake->room_used = 0;
    *records = intake->batch;
    *count = 0;
    if (intake->untold_count != 0)
        return tell_failure(intake);
    TRY(fill_batch(intake));
    *count = intake->batch_count;
    if (intake->batch_count != 0 || !intake->heap_built)
        return STATUS_OK;
    return tell_failure(intake);
}

/* ---- what is asked about files ---- */

/* How much of the file's bytes was dealt with.  Of one in no order, half when they are read, and
 * half when its records are handed out. */
static uint64_t bytes_done(const struct intake *intake, const struct file *file)
{
    uint64_t bytes = file->source != NULL ? file->source->taken : file->taken;
    if (!wants_shelf(intake, file))
        return bytes;
    if (file->shelf == NULL || file->source != NULL)
        return bytes / 2;
    uint64_t count = shelf_count(file->shelf);
    double share = count == 0 ? 1 : (double)shelf_taken(file->shelf) / (double)count;
    return (uint64_t)((double)bytes * (1 + share) / 2);
}

void intake_count(const struct intake *intake, struct intake_counts *out)
{
    *out = intake->work.counts;
    out->bytes = 0;
    out->bytes_total = 0;
    bool known = true;
    for (uint32_t i = 0; i < intake->files_count; i++) {
        const struct file *file = intake->files[i];
        out->bytes += bytes_done(intake, file);
        if (file->shelf != NULL)
            out->held += shelf_count(file->shelf) - shelf_taken(file->shelf);
        known = known && file->size >= 0;
        out->bytes_total += file->size >= 0 ? (uint64_t)file->size : 0;
    }
    if (!known)
        out->bytes_total = 0;
}

struct slice intake_current(const struct intake *intake)
{
    return intake->current == NULL ? (struct slice){"", 0} : intake->current->path;
}

uint32_t intake_files_count(const struct intake *intake)
{
    return intake->files_count;
}

static const struct file *file_of(const struct intake *intake, uint32_t number)
{
    must(number < intake->files_count);
    return intake->files[number];
}

struct slice intake_path(const struct intake *intake, uint32_t file)
{
    return file_of(intake, file)->path;
}

enum record_kind intake_kind(const struct intake *intake, uint32_t file)
{
    return file_of(intake, file)->kind;
}

void text_add_intake_file(struct text *text, const struct intake *intake, uint32_t file,
                          enum tongue tongue)
{
    static const char *const PACKS[] = {"", ", gzip", ", zstd"};
    static const char *const FORMS[] = {
        [FORM_CSV] = "CSV", [FORM_JSON] = "JSON", [FORM_XML] = "XML (ISO 20022)"};
    const struct file *of = file_of(intake, file);
    bool chinese = tongue == TONGUE_ZH;
    text_add(text, slice_equal(of->path, SLICE("-")) ? SLICE("(stdin)") : of->path);
    text_addf(text, "%s%s%s, %s", chinese ? "：" : ": ", FORMS[of->form], PACKS[of->pack],
              encoding_name(of->encoding));
    if (of->kind == RECORD_KINDS_COUNT)
        text_add_string(text, chinese ? "，每行自带类别" : ", each row says its kind");
    else
        text_addf(text, chinese ? "，类别 %s" : ", kind %s", kind_schema(of->kind)->name);
    if (of->mapping_name.size != 0) {
        text_add_string(text, chinese ? "，映射 " : ", mapping ");
        text_add(text, of->mapping_name);
    }
}

void text_add_intake_fault(struct text *text, const struct intake *intake, enum tongue tongue)
{
    const struct file *file = intake->failed;
    if (file == NULL)
        return;
    bool chinese = tongue == TONGUE_ZH;
    bool damaged = file->failure == STATUS_MALFORMED;
    text_add(text, slice_equal(file->path, SLICE("-")) ? SLICE("(stdin)") : file->path);
    text_add_string(text, chinese ? "：" : ": ");
    if (file->trouble.fault != MARKUP_FINE) {
        text_add_markup_trouble(text, &file->trouble, tongue);
        text_add_string(text, chinese ? "；此前的报文已读取，其后不再读取"
                                      : "; what stands before it was read, nothing behind it");
        return;
    }
    if (chinese)
        text_addf(text, "第 %llu 行之后%s；此前各行已读取", (unsigned long long)file->line,
                  damaged ? "压缩数据损坏或不完整" : "读取失败（磁盘或系统出错）");
    else
        text_addf(text, "%s at line %llu; the rows before it were read",
                  damaged ? "its compression is damaged or cut" : "the disk or the system failed",
                  (unsigned long long)file->line);
}

enum status intake_failure(const struct intake *intake)
{
    return intake->failed == NULL ? STATUS_OK : intake->failed->failure;
}

void intake_reset(struct intake *intake, struct slice kind, const struct mapping *mapping,
                  struct arena *request)
{
    for (uint32_t i = 0; i < intake->files_count; i++)
        if (intake->lanes[i] != NULL)
            put_away(intake, intake->files[i]);
    intake->files_arena = request;
    intake->options.kind = kind;
    intake->options.mapping = mapping;
    intake->files_count = 0;
    intake->registers_next = 0;
    intake->shelves_next = 0;
    if (intake->shelf_space != NULL)
        arena_reset(intake->shelf_space);
    intake->heap_count = 0;
    intake->begun = false;
    intake->heap_built = false;
    intake->current = NULL;
    intake->failed = NULL;
    intake->untold_count = 0;
    intake->batch_count = 0;
    intake->batch_closed = false;
    intake->room_used = 0;
    intake->work.counts = (struct intake_counts){0};
}

void intake_destroy(struct intake *intake)
{
    if (intake == NULL)
        return;
    for (uint32_t i = 0; i < intake->files_count; i++)
        if (intake->lanes[i] != NULL)
            put_away(intake, intake->files[i]);
    for (struct lane *lane = intake->lanes_free; lane != NULL; lane = lane->next) {
        source_destroy(lane->source);
        messages_destroy(lane->messages);
    }
    arena_destroy(intake->shelf_space);
    transcoder_release(&intake->work.transcoder);
}
