/* tail.c -- one place a file, moved on with what was read up to it.
 *
 *      look ──> where are we? ──> same file, longer:  its next whole lines are a delivery
 *                             ──> cut:                the copy with our first bytes, else from 0
 *                             ──> replaced, all read: its successor, from 0
 *
 * Invariants:  1. The place moves only when the frame that says so is durable.
 *              2. One delivery of a file at a time, in the order of its lines.
 *              3. A file is known by device and number, and by its first bytes; never by its name.
 * Not chosen:  inotify.  It tells of a change sooner, but what to read is decided by looking in any
 *              case, and a network folder tells nothing.
 *              Reading a packed rotated file: it is another file, with no place in it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "receipt/tail.h"

#include "ground/folder.h"
#include "intake/mapping.h"

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>

enum {
    CHUNK_MAX = 512 * 1024,
    HEAD_MAX = 1024,
    PATH_BYTES_MAX = 1024,
    ENTRY_BYTES_MAX = 2048 + PATH_BYTES_MAX,
    LOOK_SIZE_MAX = 4 << 20,
    QUIET_POLLS = 5, /* a replaced file is left when it did not change for so long */
};

struct place {
    bool known;
    uint64_t device, number;
    int64_t offset;
    int64_t head_size;  /* so many first bytes … */
    struct digest head; /* … have this digest */
};

enum flight { FLIGHT_NONE, FLIGHT_UNDER_WAY, FLIGHT_LANDED, FLIGHT_FAILED };

struct tail {
    const struct tail_plan *plan;
    struct tails *tails;
    struct place place;
    struct disk_file *file; /* of the place; NULL: not open */
    int64_t due_ms;
    bool told_failure;
    bool blank; /* the delivery has no row, only a place */
    struct delivery *delivery;
    struct place place_next; /* when the delivery has landed */
    _Atomic int flight;
    _Atomic uint64_t rows, rejected;
    _Atomic int64_t behind;
};

struct tails {
    struct tails_options options;
    struct tail *tail;
    struct arena *look; /* of one turn */
    pthread_mutex_t lock;         /* places, for tails_tell and tails_count */
};

enum status tails_create(struct tails **out, const struct tails_options *options,
                         struct arena *boot)
{
    struct tails *tails;
    TRY(ARENA_NEW(boot, 1, &tails));
    TRY(ARENA_NEW(boot, options->count + 1, &tails->tail));
    TRY(arena_create(&tails->look, LOOK_SIZE_MAX));
    if (pthread_mutex_init(&tails->lock, NULL) != 0)
        return STATUS_FULL;
    tails->options = *options;
    for (size_t i = 0; i < options->count; i++) {
        must(options->plans[i].path.size < PATH_BYTES_MAX);
        tails->tail[i].plan = &options->plans[i];
        tails->tail[i].tails = tails;
    }
    *out = tails;
    return STATUS_OK;
}

static void tell(const struct tail *tail, enum tail_event event, uint64_t count, const char *what)
{
    const struct tails_options *options = &tail->tails->options;
    struct tail_news news = {event, tail->plan->path, tail->place.offset, count, what};
    options->news(options->self, &news);
}

static void tell_failure(struct tail *tail, const char *what)
{
    if (!tail->told_failure)
        tell(tail, TAIL_FAILED, 0, what);
    tail->told_failure = true;
}

static void place_set(struct tail *tail, struct place place)
{
    must(pthread_mutex_lock(&tail->tails->lock) == 0);
    tail->place = place;
    must(pthread_mutex_unlock(&tail->tails->lock) == 0);
}

/* ---- the entry ---- */

static void add_entry(struct text *text, struct slice path, const struct place *place)
{
    char hex[DIGEST_HEX_SIZE];
    digest_hex(&place->head, hex);
    text_add_char(text, ENTRY_TAIL);
    text_addf(text, "{\"device\":%llu,\"number\":%llu,\"offset\":%lld,\"head_size\":%lld,",
              (unsigned long long)place->device, (unsigned long long)place->number,
              (long long)place->offset, (long long)place->head_size);
    text_addf(text, "\"head\":\"%s\",\"path\":", hex);
    text_add_json(text, path);
    text_add_char(text, '}');
}

static bool eat(struct slice *rest, const char *word)
{
    size_t size = strlen(word);
    if (!slice_starts(*rest, (struct slice){word, size}))
        return false;
    *rest = (struct slice){rest->at + size, rest->size - size};
    return true;
}

static bool eat_number(struct slice *rest, const char *before, uint64_t *out)
{
    uint64_t number = 0;
    size_t size = 0;
    if (!eat(rest, before))
        return false;
    for (; size < rest->size && rest->at[size] >= '0' && rest->at[size] <= '9'; size++) {
        if (number > (UINT64_MAX - 9) / 10)
            return false;
        number = number * 10 + (uint64_t)(rest->at[size] - '0');
    }
    *rest = (struct slice){rest->at + size, rest->size - size};
    *out = number;
    return size != 0;
}

static bool eat_hex(struct slice *rest, struct digest *out)
{
    static const char DIGITS[] = "0123456789abcdef";
    if (rest->size < 2 * DIGEST_SIZE)
        return false;
    for (size_t i = 0; i < DIGEST_SIZE; i++) {
        const char *high = memchr(DIGITS, rest->at[2 * i], 16);
        const char *low = memchr(DIGITS, rest->at[2 * i + 1], 16);
        if (high == NULL || low == NULL)
            return false;
        out->bytes[i] = (unsigned char)((high - DIGITS) << 4 | (low - DIGITS));
    }
    *rest = (struct slice){rest->at + 2 * DIGEST_SIZE, rest->size - 2 * DIGEST_SIZE};
    return true;
}

enum status tails_recall(struct tails *tails, struct slice entry)
{
    struct place place = {.known = true};
    uint64_t offset, head_size;
    struct slice rest = entry;
    bool fine = eat(&rest, "T") && eat_number(&rest, "{\"device\":", &place.device) &&
                eat_number(&rest, ",\"number\":", &place.number) &&
                eat_number(&rest, ",\"offset\":", &offset) &&
                eat_number(&rest, ",\"head_size\":", &head_size) && eat(&rest, ",\"head\":\"") &&
                eat_hex(&rest, &place.head) && eat(&rest, "\",\"path\":");
    if (!fine || offset > INT64_MAX || head_size > HEAD_MAX)
        return STATUS_MALFORMED;
    place.offset = (int64_t)offset;
    place.head_size = (int64_t)head_size;
    for (size_t i = 0; i < tails->options.count; i++) {
        char bytes[ENTRY_BYTES_MAX];
        struct text path = text_over(bytes, sizeof bytes);
        text_add_json(&path, tails->tail[i].plan->path);
        text_add_char(&path, '}');
        if (slice_equal(text_slice(&path), rest))
            place_set(&tails->tail[i], place);
    }
    return STATUS_OK; /* a path that is followed no more is nobody's */
}

enum status tails_tell(struct tails *tails, enum status (*take)(void *self, struct slice entry),
                       void *self)
{
    enum status status = STATUS_OK;
    must(pthread_mutex_lock(&tails->lock) == 0);
    for (size_t i = 0; status == STATUS_OK && i < tails->options.count; i++) {
        char bytes[ENTRY_BYTES_MAX];
        struct text text = text_over(bytes, sizeof bytes);
        if (!tails->tail[i].place.known)
            continue;
        add_entry(&text, tails->tail[i].plan->path, &tails->tail[i].place);
        status = take(self, text_slice(&text));
    }
    must(pthread_mutex_unlock(&tails->lock) == 0);
    return status;
}

/* ---- files ---- */

static enum status read_at(struct disk_file *file, int64_t offset, char *into, size_t size,
                           size_t *got)
{
    *got = 0;
    TRY(disk_seek(file, offset));
    while (*got < size) {
        size_t more;
        TRY(disk_read(file, into + *got, size - *got, &more));
        if (more == 0)
            return STATUS_OK;
        *got += more;
    }
    return STATUS_OK;
}

/* The digest of its first bytes; MALFORMED: it has not so many. */
static enum status head_of(struct disk_file *file, int64_t size, struct digest *out)
{
    char bytes[HEAD_MAX];
    size_t got;
    TRY(read_at(file, 0, bytes, (size_t)size, &got));
    if (got != (size_t)size)
        return STATUS_MALFORMED;
    struct slice slice = {bytes, got};
    *out = digest_of(&slice, 1);
    return STATUS_OK;
}

static bool has_head(struct disk_file *file, const struct place *place)
{
    struct digest head;
    return head_of(file, place->head_size, &head) == STATUS_OK &&
           memcmp(&head, &place->head, sizeof head) == 0;
}

static bool is_at(const struct disk_about *about, const struct place *place)
{
    return about->device == place->device && about->number == place->number;
}

static bool ends(struct slice name, const char *ending)
{
    size_t size = strlen(ending);
    return name.size >= size && memcmp(name.at + name.size - size, ending, size) == 0;
}

/* A file beside ours whose name begins as ours does, and that is not packed. */
struct sibling {
    char path[PATH_MAX];
    struct disk_about about;
};

/* Calls `fits` for each; the first that fits is in `*out`. */
static bool sibling_find(struct tail *tail, bool (*fits)(void *self, const struct sibling *),
                         void *self, struct sibling *out)
{
    struct slice path = tail->plan->path;
    size_t folder = path.size;
    while (folder != 0 && path.at[folder - 1] != '/')
        folder--;
    struct slice base = {path.at + folder, path.size - folder};
    char where[PATH_MAX];
    struct text text = text_over(where, sizeof where);
    text_add(&text, folder == 0 ? SLICE(".") : (struct slice){path.at, folder});
    struct slice *names;
    size_t count;
    arena_reset(tail->tails->look);
    if (text.full || folder_list(where, tail->tails->look, &names, &count) != STATUS_OK)
        return false;
    for (size_t i = 0; i < count; i++) {
        enum disk_fault fault;
        bool packed = ends(names[i], ".gz") || ends(names[i], ".zst") || ends(names[i], ".bz2") ||
                      ends(names[i], ".xz");
        if (packed || !slice_starts(names[i], base))
            continue;
        text = text_over(out->path, sizeof out->path);
        text_addf(&text, "%s/%s", where, names[i].at);
        if (!text.full && disk_about(out->path, &out->about, &fault) == STATUS_OK &&
            !out->about.folder && fits(self, out))
            return true;
    }
    return false;
}

static void file_drop(struct tail *tail)
{
    disk_close(tail->file);
    tail->file = NULL;
}

static bool is_ours(void *self, const struct sibling *sibling)
{
    const struct tail *tail = self;
    return is_at(&sibling->about, &tail->place);
}

/* Not the file of the place, as long as we are in it at least, and with the same first bytes. */
static bool is_copy(void *self, const struct sibling *sibling)
{
    const struct tail *tail = self;
    enum disk_fault fault;
    struct disk_file *file;
    if (is_at(&sibling->about, &tail->place) || sibling->about.size < tail->place.offset ||
        disk_open(&file, sibling->path, &fault) != STATUS_OK)
        return false;
    bool same = has_head(file, &tail->place);
    disk_close(file);
    return same;
}

/* From the beginning of the file that has the name now. */
static void begin_anew(struct tail *tail)
{
    enum disk_fault fault;
    struct disk_about about;
    file_drop(tail);
    if (disk_about(tail->plan->path.at, &about, &fault) != STATUS_OK)
        return; /* not there yet */
    struct place place = {.known = true, .device = about.device, .number = about.number};
    struct slice nothing = SLICE("");
    place.head = digest_of(&nothing, 1);
    place_set(tail, place);
    tell(tail, TAIL_BEGAN, 0, "");
}

/* Opens the file of the place, whatever its name is now. */
static bool file_find(struct tail *tail)
{
    struct sibling sibling;
    enum disk_fault fault;
    if (tail->file != NULL)
        return true;
    if (sibling_find(tail, is_ours, tail, &sibling)) {
        if (disk_open(&tail->file, sibling.path, &fault) == STATUS_OK)
            return true;
        tell_failure(tail, fault == DISK_FORBIDDEN ? "permission denied" : "it cannot be opened");
        return false;
    }
    enum disk_fault missing;
    struct disk_about about;
    if (disk_about(tail->plan->path.at, &about, &missing) != STATUS_OK)
        return false; /* between a rename and its successor */
    tell(tail, TAIL_LOST, 0, "the file it was in is gone");
    begin_anew(tail);
    return false;
}

/* The file was cut: what was behind our place is in a copy, if anywhere. */
static void file_was_cut(struct tail *tail)
{
    struct sibling copy;
    struct place place = tail->place;
    bool found = place.head_size != 0 && sibling_find(tail, is_copy, tail, &copy);
    file_drop(tail);
    if (!found) {
        if (place.offset != 0)
            tell(tail, TAIL_LOST, 0, "it was cut, and there is no copy of it");
        begin_anew(tail);
        return;
    }
    place.device = copy.about.device;
    place.number = copy.about.number;
    place_set(tail, place);
}

/* ---- the successor ---- */

struct search {
    const struct tail *tail;
    moment after;
    bool found;
    struct disk_about best, current;
};

/* Changed after our file and before all others: the next of a row of rotated files. */
static bool is_next(void *self, const struct sibling *sibling)
{
    struct search *search = self;
    const struct disk_about *about = &sibling->about;
    bool current =
        about->number == search->current.number && about->device == search->current.device;
    bool candidate =
        !current && !is_at(about, &search->tail->place) && about->changed.ms > search->after.ms;
    if (candidate && (!search->found || about->changed.ms < search->best.changed.ms)) {
        search->found = true;
        search->best = *about;
    }
    return false; /* look at all */
}

/* The file is read to its end and another one has its name. */
static void move_on(struct tail *tail, const struct disk_about *ours,
                    const struct disk_about *current)
{
    struct sibling sibling;
    struct search search = {.tail = tail, .after = ours->changed, .current = *current};
    (void)sibling_find(tail, is_next, &search, &sibling);
    const struct disk_about *next = search.found ? &search.best : current;
    struct slice nothing = SLICE("");
    struct place place = {.known = true, .device = next->device, .number = next->number};
    place.head = digest_of(&nothing, 1);
    tell(tail, TAIL_MOVED, 0, "");
    file_drop(tail);
    place_set(tail, place);
    tail->due_ms = 0; /* look at once */
}

/* ---- a delivery ---- */

static void landed(struct offer *offer, enum status status, uint64_t first)
{
    struct delivery *delivery = (struct delivery *)offer; /* its first member */
    struct tail *tail = delivery->owner;
    const struct tails_options *options = &tail->tails->options;
    uint64_t next = first + offer->count;
    if (!tail->blank)
        delivery_settle(delivery, status);
    atomic_store(&tail->flight, status == STATUS_OK ? FLIGHT_LANDED : FLIGHT_FAILED);
    if (status == STATUS_OK)
        options->acknowledged(options->self, next);
}

/* Whether each file of the form begins with the names of its columns. */
static bool wants_header(const struct tail *tail, char first)
{
    const struct mapping *mapping = tail->plan->mapping;
    if (mapping == NULL)
        return first != '{';
    return mapping->form == FORM_CSV && mapping->shapes_count == 0;
}

/* The lines before the first row, to be put before a piece from the middle. */
static size_t header_of(struct tail *tail, char *into, size_t room)
{
    size_t got;
    if (read_at(tail->file, 0, into, room, &got) != STATUS_OK || got == 0 ||
        !wants_header(tail, into[0]))
        return 0;
    uint64_t lines = 1 + (tail->plan->mapping == NULL ? 0 : tail->plan->mapping->skip_lines);
    size_t size = 0;
    for (; lines != 0; lines--) {
        const char *line_end = memchr(into + size, '\n', got - size);
        if (line_end == NULL)
            return 0;
        size = (size_t)(line_end - into) + 1;
    }
    return size;
}

struct piece {
    struct slice body;
    int64_t taken; /* bytes of the file that it stands for */
};

/* The next whole lines; with `last`, what is left without a line end too. */
static enum status piece_read(struct tail *tail, struct arena *arena, bool last, struct piece *out)
{
    char *bytes;
    size_t got;
    TRY(ARENA_NEW(arena, ROW_BYTES_MAX + CHUNK_MAX + 1, &bytes));
    size_t header = tail->place.offset == 0 ? 0 : header_of(tail, bytes, ROW_BYTES_MAX);
    char *rows = bytes + header;
    TRY(read_at(tail->file, tail->place.offset, rows, CHUNK_MAX, &got));
    size_t size = got;
    while (size != 0 && rows[size - 1] != '\n')
        size--;
    if (size == 0 && (last || got == CHUNK_MAX)) /* no line is so long: it will be rejected */
        size = got;
    *out = (struct piece){{bytes, header + size}, (int64_t)size};
    return STATUS_OK;
}

/* Where we are when the piece is durable. */
static enum status place_behind(struct tail *tail, int64_t taken, struct place *out)
{
    struct place place = tail->place;
    place.offset += taken;
    if (place.head_size < HEAD_MAX) {
        place.head_size = place.offset < HEAD_MAX ? place.offset : HEAD_MAX;
        TRY(head_of(tail->file, place.head_size, &place.head));
    }
    *out = place;
    return STATUS_OK;
}

/* What is wrong with the piece, said once; it stays where it is, since nobody but the operator
 * knows what it should have been. */
static enum status understand(struct tail *tail, struct delivery *delivery, struct slice body)
{
    char en[512], zh[512];
    struct text why[TONGUES_COUNT] = {text_over(en, sizeof en), text_over(zh, sizeof zh)};
    enum status status = delivery_read(delivery, tail->plan->path.at, body, tail->plan->kind,
                                       tail->plan->mapping, why);
    if (status != STATUS_OK && status != STATUS_ABSENT && status != STATUS_FULL)
        tell_failure(tail, en);
    return status;
}

static enum status offer_piece(struct tail *tail, struct delivery *delivery)
{
    struct tails_options *options = &tail->tails->options;
    char *bytes;
    TRY(ARENA_NEW(delivery->arena, ENTRY_BYTES_MAX, &bytes));
    struct text text = text_over(bytes, ENTRY_BYTES_MAX);
    add_entry(&text, tail->plan->path, &tail->place_next);
    must(!text.full);
    TRY(delivery_add(delivery, text_slice(&text)));
    delivery->owner = tail;
    delivery->offer.done = landed;
    atomic_store(&tail->flight, FLIGHT_UNDER_WAY);
    return options->offer(options->self, &delivery->offer);
}

/* Delivers the next piece.  ABSENT: there is none. */
static enum status deliver(struct tail *tail, bool last)
{
    struct delivery *delivery;
    struct piece piece = {0};
    TRY(delivery_take(tail->tails->options.deliveries, CHUNK_MAX, &delivery));
    enum status status = piece_read(tail, delivery->arena, last, &piece);
    if (status == STATUS_OK && piece.taken == 0)
        status = STATUS_ABSENT;
    if (status == STATUS_OK)
        status = place_behind(tail, piece.taken, &tail->place_next);
    if (status != STATUS_OK) {
        delivery_give_back(delivery);
        return status;
    }
    status = understand(tail, delivery, piece.body);
    tail->blank = status == STATUS_ABSENT; /* lines without content: only the place moves */
    if (status == STATUS_OK || tail->blank) {
        tail->delivery = delivery;
        status = offer_piece(tail, delivery);
        if (status == STATUS_OK)
            return STATUS_OK;
        atomic_store(&tail->flight, FLIGHT_NONE);
        if (!tail->blank)
            delivery_settle(delivery, status);
    }
    tail->delivery = NULL;
    delivery_give_back(delivery);
    return status == STATUS_ABSENT ? STATUS_FULL : status;
}

/* The delivery has ended: the place moves, or it is tried again. */
static void conclude(struct tail *tail)
{
    struct delivery *delivery = tail->delivery;
    bool fine = atomic_load(&tail->flight) == FLIGHT_LANDED;
    if (fine) {
        place_set(tail, tail->place_next);
        tail->told_failure = false;
        tail->rows += delivery->accepted;
        tail->rejected += delivery->rejected;
        tail->due_ms = 0; /* there may be more */
        if (delivery->rejected != 0)
            tell(tail, TAIL_REJECTS, delivery->rejected, "");
    }
    tail->delivery = NULL;
    delivery_give_back(delivery);
    atomic_store(&tail->flight, FLIGHT_NONE);
}

/* ---- a look ---- */

static void look_further(struct tail *tail, const struct disk_about *about)
{
    struct disk_about current;
    enum disk_fault fault;
    tail->behind = about->size - tail->place.offset;
    enum status status = tail->behind > 0 ? deliver(tail, false) : STATUS_ABSENT;
    if (status == STATUS_IO)
        tell_failure(tail, "it cannot be read");
    if (status != STATUS_ABSENT)
        return; /* under way, or once more later */
    bool named = disk_about(tail->plan->path.at, &current, &fault) == STATUS_OK;
    if (!named || is_at(&current, &tail->place))
        return;
    /* Who had it open when it was renamed may still write to it for a while. */
    struct clock clock = tail->tails->options.clock;
    if (clock.now(clock.self).ms - about->changed.ms < QUIET_POLLS * tail->plan->poll_ms)
        return;
    if (tail->behind == 0)
        move_on(tail, about, &current);
    else
        (void)deliver(tail, true);
}

/* Before anything was read, its first bytes are noted, in case it is cut now. */
static void note_head(struct tail *tail, const struct disk_about *about)
{
    struct place place = tail->place;
    place.head_size = about->size < HEAD_MAX ? about->size : HEAD_MAX;
    if (head_of(tail->file, place.head_size, &place.head) == STATUS_OK)
        place_set(tail, place);
}

static void look(struct tail *tail)
{
    struct disk_about about;
    if (!tail->place.known)
        begin_anew(tail);
    if (!tail->place.known || !file_find(tail))
        return;
    if (disk_about_open(tail->file, &about) != STATUS_OK) {
        file_drop(tail);
        return;
    }
    bool cut = about.size < tail->place.offset || !has_head(tail->file, &tail->place);
    if (cut) {
        file_was_cut(tail);
        return;
    }
    if (tail->place.offset == 0)
        note_head(tail, &about);
    look_further(tail, &about);
}

void tails_turn(struct tails *tails)
{
    struct clock clock = tails->options.clock;
    for (size_t i = 0; i < tails->options.count; i++) {
        struct tail *tail = &tails->tail[i];
        int flight = atomic_load(&tail->flight);
        if (flight == FLIGHT_UNDER_WAY)
            continue;
        if (flight != FLIGHT_NONE)
            conclude(tail);
        int64_t now = clock.ticks_ms(clock.self);
        if (now < tail->due_ms)
            continue;
        tail->due_ms = now + tail->plan->poll_ms;
        look(tail);
    }
}

bool tails_wait(struct tails *tails)
{
    for (size_t i = 0; i < tails->options.count; i++)
        if (atomic_load(&tails->tail[i].flight) == FLIGHT_UNDER_WAY)
            return true;
    return false;
}

void tails_count(struct tails *tails, struct tails_counts *out)
{
    *out = (struct tails_counts){0};
    must(pthread_mutex_lock(&tails->lock) == 0);
    for (size_t i = 0; i < tails->options.count; i++) {
        const struct tail *tail = &tails->tail[i];
        int64_t behind = atomic_load(&tail->behind);
        out->followed += tail->place.known;
        out->rows += atomic_load(&tail->rows);
        out->rejected += atomic_load(&tail->rejected);
        out->behind_bytes += behind > 0 ? (uint64_t)behind : 0;
    }
    must(pthread_mutex_unlock(&tails->lock) == 0);
}

void tails_close(struct tails *tails)
{
    if (tails == NULL)
        return;
    must(!tails_wait(tails));
    for (size_t i = 0; i < tails->options.count; i++) {
        if (tails->tail[i].delivery != NULL)
            conclude(&tails->tail[i]);
        file_drop(&tails->tail[i]);
    }
    arena_destroy(tails->look);
    (void)pthread_mutex_destroy(&tails->lock);
}
