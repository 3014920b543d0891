/* list.c -- the partners as a table that never changes, and whose a number is.
 *
 *     ranges   a sorted row of beginnings:      digits * 16 + how many ──> partner
 *     ported   a sorted row of whole numbers:   digits * 2^14 + partner
 *
 * A number of at most 15 digits fits 50 bits, so a beginning and a ported number are one word each,
 * and looking one up is a search in a row of words.
 *
 * Invariants:  1. A list is made whole, or a complaint says which line of which file is wrong.
 *              2. A number is of one partner or of none: two that claim it are complained about.
 *              3. Two partners never have one key.
 * Not chosen:  a tree of digits: four times the memory for ported numbers, and no faster than
 *              fifteen searches, which nobody waits for. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "partner/list.h"

#include <assert.h>
#include <stdlib.h>

enum {
    DIGITS_MAX = 15, /* E.164 */
    LINE_MAX_BYTES = 256,
    PIECE_BYTES = 1 << 16,
    PARTNER_BITS = 14,
    SHOWN_MAX = 64,
};
static_assert(PARTNERS_MAX <= 1 << PARTNER_BITS, "a partner's index fits beside a number");

struct range {
    uint64_t key; /* digits * 16 + how many */
    uint32_t partner;
};

struct partner_list {
    struct slice self;
    struct partner *partner;
    unsigned count;
    struct range *range;
    unsigned ranges_count;
    uint64_t *ported;
    size_t ported_count, ported_room;
};

/* ---- complaints ---- */

/* clang-format off */
enum complaint {
#define COMPLAINT(name, en, zh) COMPLAINT_##name,
#include "partner/complaints.inc"
#undef COMPLAINT
};
/* clang-format on */

static const struct saying COMPLAINTS[] = {
#define COMPLAINT(name, en, zh) {{en, zh}},
#include "partner/complaints.inc"
#undef COMPLAINT
};

/* Where in which file something stands. */
struct spot {
    struct slice path;
    unsigned line;
    struct text *why;
};

static enum status complain(const struct spot *spot, enum complaint complaint, struct slice found)
{
    if (found.size > SHOWN_MAX)
        found.size = SHOWN_MAX;
    for (enum tongue tongue = 0; tongue < TONGUES_COUNT; tongue++) {
        text_add(&spot->why[tongue], spot->path);
        if (spot->line > 0)
            text_addf(&spot->why[tongue], ":%u", spot->line);
        text_addf(&spot->why[tongue], ": %s", COMPLAINTS[complaint].in[tongue]);
        if (found.size > 0) {
            text_add_string(&spot->why[tongue], ": ");
            text_add_json(&spot->why[tongue], found);
        }
    }
    return complaint == COMPLAINT_FILE ? STATUS_IO : STATUS_MALFORMED;
}

/* ---- lines of a file ---- */

struct lines {
    struct disk_file *file;
    size_t at, size;
    char piece[PIECE_BYTES];
};

static enum status byte_next(struct lines *lines, char *out)
{
    if (lines->at == lines->size) {
        lines->at = 0;
        TRY(disk_read(lines->file, lines->piece, sizeof lines->piece, &lines->size));
        if (lines->size == 0)
            return STATUS_END;
    }
    *out = lines->piece[lines->at++];
    return STATUS_OK;
}

static struct slice trimmed(struct slice line)
{
    while (line.size > 0 && (unsigned char)line.at[line.size - 1] <= ' ')
        line.size--;
    while (line.size > 0 && (unsigned char)line.at[0] <= ' ') {
        line.at++;
        line.size--;
    }
    return line;
}

/* The next line without its comment.  STATUS_END; STATUS_FULL: too long; STATUS_IO. */
static enum status line_next(struct lines *lines, char room[LINE_MAX_BYTES], struct slice *out)
{
    size_t size = 0;
    char c = '\0';
    enum status status;
    while ((status = byte_next(lines, &c)) == STATUS_OK && c != '\n') {
        if (size == LINE_MAX_BYTES)
            return STATUS_FULL;
        room[size++] = c;
    }
    if (status != STATUS_OK && (status != STATUS_END || size == 0))
        return status;
    const char *comment = memchr(room, '#', size);
    *out = trimmed((struct slice){room, comment == NULL ? size : (size_t)(comment - room)});
    return STATUS_OK;
}

struct making {
    struct partner_list *list;
    struct text *why;
    unsigned partner; /* whose ranges are read */
};

static enum status lines_take(struct making *making, struct lines *lines, struct spot *spot,
                              enum status (*take)(struct making *, const struct spot *,
                                                  struct slice))
{
    char room[LINE_MAX_BYTES];
    struct slice line;
    enum status status;
    while ((status = line_next(lines, room, &line)) == STATUS_OK) {
        spot->line++;
        if (line.size > 0)
            TRY(take(making, spot, line));
    }
    if (status == STATUS_FULL) {
        spot->line++;
        return complain(spot, COMPLAINT_LINE, (struct slice){0});
    }
    if (status == STATUS_END)
        return STATUS_OK;
    spot->line = 0;
    return complain(spot, COMPLAINT_FILE, (struct slice){0});
}

static enum status file_take(struct making *making, struct slice path,
                             enum status (*take)(struct making *, const struct spot *,
                                                 struct slice))
{
    struct arena *scratch = NULL;
    struct lines *lines = NULL;
    struct spot spot = {path, 0, making->why};
    enum disk_fault fault = DISK_FINE;
    TRY(arena_create(&scratch, sizeof *lines + 4096));
    enum status status = ARENA_NEW(scratch, 1, &lines);
    if (status == STATUS_OK && disk_open(&lines->file, path.at, &fault) != STATUS_OK)
        status = complain(&spot, COMPLAINT_FILE, (struct slice){0});
    if (status == STATUS_OK) {
        status = lines_take(making, lines, &spot, take);
        disk_close(lines->file);
    }
    arena_destroy(scratch);
    return status;
}

/* ---- numbers ---- */

/* "+8613800".  STATUS_MALFORMED. */
static enum status digits_read(struct slice text, uint64_t *digits, unsigned *count)
{
    uint64_t value = 0;
    if (text.size < 2 || text.size > DIGITS_MAX + 1 || text.at[0] != '+' || text.at[1] == '0')
        return STATUS_MALFORMED;
    for (size_t i = 1; i < text.size; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return STATUS_MALFORMED;
        value = value * 10 + (uint64_t)(text.at[i] - '0');
    }
    *digits = value;
    *count = (unsigned)text.size - 1;
    return STATUS_OK;
}

static enum status range_take(struct making *making, const struct spot *spot, struct slice line)
{
    struct partner_list *list = making->list;
    const char *dash = memchr(line.at, '-', line.size);
    struct slice low = line, high = line;
    uint64_t from = 0, to = 0;
    unsigned count = 0, high_count = 0;
    if (dash != NULL) {
        low = trimmed((struct slice){line.at, (size_t)(dash - line.at)});
        high = trimmed((struct slice){dash + 1, line.size - (size_t)(dash - line.at) - 1});
    }
    if (digits_read(low, &from, &count) != STATUS_OK ||
        digits_read(high, &to, &high_count) != STATUS_OK || count != high_count || from > to)
        return complain(spot, COMPLAINT_RANGE, line);
    if (to - from >= PARTNER_RANGES_MAX - list->ranges_count)
        return complain(spot, COMPLAINT_RANGES, line);
    for (uint64_t digits = from; digits <= to; digits++)
        list->range[list->ranges_count++] = (struct range){digits * 16 + count, making->partner};
    return STATUS_OK;
}

static enum status ported_take(struct making *making, const struct spot *spot, struct slice line)
{
    struct partner_list *list = making->list;
    const char *comma = memchr(line.at, ',', line.size);
    uint64_t digits = 0;
    unsigned count = 0;
    if (comma == NULL) /* the line is not shown: a whole number is somebody's */
        return complain(spot, COMPLAINT_PORTED, (struct slice){0});
    struct slice number = trimmed((struct slice){line.at, (size_t)(comma - line.at)});
    struct slice id = trimmed((struct slice){comma + 1, line.size - (size_t)(comma - line.at) - 1});
    if (digits_read(number, &digits, &count) != STATUS_OK)
        return complain(spot, COMPLAINT_PORTED, (struct slice){0});
    const struct partner *partner = partner_find(list, id);
    if (partner == NULL)
        return complain(spot, COMPLAINT_PORTED_TO, id);
    if (list->ported_count == list->ported_room)
        return complain(spot, COMPLAINT_PORTED_FULL, (struct slice){0});
    list->ported[list->ported_count++] = digits << PARTNER_BITS | partner->index;
    return STATUS_OK;
}

static int by_word(const void *a, const void *b)
{
    uint64_t one = *(const uint64_t *)a, other = *(const uint64_t *)b;
    return (one > other) - (one < other);
}

static int by_range(const void *a, const void *b)
{
    const struct range *one = a, *other = b;
    return (one->key > other->key) - (one->key < other->key);
}

/* A beginning of numbers, or a number that is shown only in part. */
static struct slice digits_say(struct text *text, uint64_t digits, bool whole)
{
    if (whole)
        text_addf(text, "+%llu", (unsigned long long)digits);
    else
        text_addf(text, "+%llu****%02llu", (unsigned long long)digits / 1000000,
                  (unsigned long long)digits % 100);
    return text_slice(text);
}

/* Sorted, each once; the same said twice of one partner is no fault. */
static enum status ranges_close(struct partner_list *list, const struct spot *spot)
{
    unsigned kept = 0;
    qsort(list->range, list->ranges_count, sizeof *list->range, by_range);
    for (unsigned i = 0; i < list->ranges_count; i++) {
        const struct range *here = &list->range[i];
        char bytes[24];
        struct text text = text_over(bytes, sizeof bytes);
        if (kept == 0 || list->range[kept - 1].key != here->key)
            list->range[kept++] = *here;
        else if (list->range[kept - 1].partner != here->partner)
            return complain(spot, COMPLAINT_RANGE_TWICE, digits_say(&text, here->key / 16, true));
    }
    list->ranges_count = kept;
    return STATUS_OK;
}

static enum status ported_close(struct partner_list *list, const struct spot *spot)
{
    size_t kept = 0;
    if (list->ported_count > 0)
        qsort(list->ported, list->ported_count, sizeof *list->ported, by_word);
    for (size_t i = 0; i < list->ported_count; i++) {
        uint64_t here = list->ported[i];
        char bytes[24];
        struct text text = text_over(bytes, sizeof bytes);
        if (kept > 0 && list->ported[kept - 1] == here)
            continue;
        if (kept > 0 && list->ported[kept - 1] >> PARTNER_BITS == here >> PARTNER_BITS)
            return complain(spot, COMPLAINT_PORTED_TWICE,
                            digits_say(&text, here >> PARTNER_BITS, false));
        list->ported[kept++] = here;
    }
    list->ported_count = kept;
    return STATUS_OK;
}

/* ---- partners ---- */

static enum status keys_take(struct making *making, const struct spot *spot,
                             const struct partner_said *said, struct partner *partner)
{
    const struct slice spelt[PARTNER_KEYS_MAX] = {said->key, said->next_key};
    for (unsigned i = 0; i < PARTNER_KEYS_MAX; i++) {
        struct seal_key *key = &partner->key[partner->keys_count];
        if (i > 0 && spelt[i].size == 0)
            continue;
        if (letter_key_parse(spelt[i], key) != STATUS_OK)
            return complain(spot, COMPLAINT_KEY, spelt[i]);
        for (unsigned j = 0; j < partner->index; j++)
            for (unsigned k = 0; k < making->list->partner[j].keys_count; k++)
                if (memcmp(&making->list->partner[j].key[k], key, sizeof *key) == 0)
                    return complain(spot, COMPLAINT_SAME_KEY, spelt[i]);
        partner->keys_count++;
    }
    return STATUS_OK;
}

static enum status way_take(const struct spot *spot, const struct partner_said *said,
                            struct partner *partner)
{
    if (slice_equal(said->way, SLICE("http")) && said->url.size > 0)
        partner->way = PARTNER_WAY_HTTP;
    else if (slice_equal(said->way, SLICE("folder")) && said->folder.size > 0)
        partner->way = PARTNER_WAY_FOLDER;
    else if (slice_equal(said->way, SLICE("fetch")))
        partner->way = PARTNER_WAY_FETCH;
    else
        return complain(spot, COMPLAINT_WAY, said->way);
    return STATUS_OK;
}

static enum status partner_take(struct making *making, const struct partner_list_said *all,
                                unsigned index, struct arena *boot)
{
    const struct partner_said *said = &all->partner[index];
    struct partner *partner = &making->list->partner[index];
    struct spot spot = {all->path, said->line, making->why};
    if (!letter_name_holds(said->id))
        return complain(&spot, COMPLAINT_ID, said->id);
    if (slice_equal(said->id, all->self))
        return complain(&spot, COMPLAINT_OURS, said->id);
    if (partner_find(making->list, said->id) != NULL)
        return complain(&spot, COMPLAINT_TWICE, said->id);
    if (said->kind.size >= sizeof partner->kind)
        return complain(&spot, COMPLAINT_KIND, said->kind);
    partner->index = index;
    if (said->kind.size > 0)
        memcpy(partner->kind, said->kind.at, said->kind.size);
    TRY(way_take(&spot, said, partner));
    TRY(keys_take(making, &spot, said, partner));
    TRY(slice_copy(boot, said->id, &partner->id));
    TRY(slice_copy(boot, said->url, &partner->url));
    TRY(slice_copy(boot, said->folder, &partner->folder));
    struct slice en = said->name_en.size > 0 ? said->name_en : said->id;
    TRY(slice_copy(boot, en, &partner->name[TONGUE_EN]));
    TRY(slice_copy(boot, said->name_zh.size > 0 ? said->name_zh : en, &partner->name[TONGUE_ZH]));
    making->list->count = index + 1;
    if (said->numbers.size == 0)
        return STATUS_OK;
    making->partner = index;
    return file_take(making, said->numbers, range_take);
}

/* A file cannot have more numbers than a quarter of its bytes. */
static enum status ported_read(struct making *making, struct slice path)
{
    struct partner_list *list = making->list;
    struct spot spot = {path, 0, making->why};
    struct disk_about about;
    enum disk_fault fault = DISK_FINE;
    if (disk_about(path.at, &about, &fault) != STATUS_OK || about.folder)
        return complain(&spot, COMPLAINT_FILE, (struct slice){0});
    list->ported_room = about.size > 4 ? (size_t)about.size / 4 : 1;
    if (list->ported_room > PARTNER_PORTED_MAX)
        list->ported_room = PARTNER_PORTED_MAX;
    TRY(pages_take(list->ported_room * sizeof *list->ported, (void **)&list->ported));
    TRY(file_take(making, path, ported_take));
    return ported_close(list, &spot);
}

static enum status list_fill(struct making *making, const struct partner_list_said *said,
                             struct arena *boot)
{
    struct spot spot = {said->path, 0, making->why};
    if (said->count > 0 && !letter_name_holds(said->self))
        return complain(&spot, COMPLAINT_SELF, said->self);
    if (said->count > PARTNERS_MAX)
        return STATUS_FULL;
    TRY(slice_copy(boot, said->self, &making->list->self));
    TRY(ARENA_NEW(boot, said->count + 1, &making->list->partner));
    for (unsigned i = 0; i < said->count; i++)
        TRY(partner_take(making, said, i, boot));
    TRY(ranges_close(making->list, &spot));
    return said->ported.size == 0 ? STATUS_OK : ported_read(making, said->ported);
}

enum status partner_list_make(struct partner_list **out, const struct partner_list_said *said,
                              struct arena *boot, struct text why[TONGUES_COUNT])
{
    struct making making = {.why = why};
    TRY(ARENA_NEW(boot, 1, &making.list));
    TRY(pages_take(PARTNER_RANGES_MAX * sizeof *making.list->range, (void **)&making.list->range));
    enum status status = list_fill(&making, said, boot);
    if (status != STATUS_OK) {
        partner_list_release(making.list);
        return status;
    }
    *out = making.list;
    return STATUS_OK;
}

void partner_list_release(struct partner_list *list)
{
    if (list == NULL)
        return;
    pages_give_back(list->range, PARTNER_RANGES_MAX * sizeof *list->range);
    if (list->ported != NULL)
        pages_give_back(list->ported, list->ported_room * sizeof *list->ported);
    list->range = NULL;
    list->ported = NULL;
}

/* ---- looking ---- */

struct slice partner_list_self(const struct partner_list *list)
{
    return list->self;
}

unsigned partner_list_count(const struct partner_list *list)
{
    return list->count;
}

const struct partner *partner_at(const struct partner_list *list, unsigned index)
{
    must(index < list->count);
    return &list->partner[index];
}

const struct partner *partner_find(const struct partner_list *list, struct slice id)
{
    for (unsigned i = 0; i < list->count; i++)
        if (slice_equal(list->partner[i].id, id))
            return &list->partner[i];
    return NULL;
}

/* The first ported number that is not below `digits`. */
static const uint64_t *ported_find(const struct partner_list *list, uint64_t digits)
{
    size_t low = 0, high = list->ported_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (list->ported[middle] >> PARTNER_BITS < digits)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == list->ported_count || list->ported[low] >> PARTNER_BITS != digits)
        return NULL;
    return &list->ported[low];
}

const struct partner *partner_of_number(const struct partner_list *list, struct slice number,
                                        bool *ported)
{
    uint64_t digits = 0;
    unsigned count = 0;
    *ported = false;
    if (digits_read(number, &digits, &count) != STATUS_OK)
        return NULL;
    const uint64_t *taken = ported_find(list, digits);
    if (taken != NULL) {
        *ported = true;
        return &list->partner[*taken & ((1U << PARTNER_BITS) - 1)];
    }
    for (; count > 0; count--, digits /= 10) {
        const struct range wanted = {digits * 16 + count, 0};
        const struct range *found =
            list->ranges_count == 0
                ? NULL
                : bsearch(&wanted, list->range, list->ranges_count, sizeof wanted, by_range);
        if (found != NULL)
            return &list->partner[found->partner];
    }
    return NULL;
}

static const struct seal_key *keys_find(void *self, struct slice organisation, unsigned *count)
{
    const struct partner *partner = partner_find(self, organisation);
    if (partner == NULL)
        return NULL;
    *count = partner->keys_count;
    return partner->key;
}

struct letter_keys partner_list_keys(const struct partner_list *list)
{
    return (struct letter_keys){keys_find, (void *)list};
}
