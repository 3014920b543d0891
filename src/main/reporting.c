/* reporting.c -- a report of a running service, from its work and from files it was given.
 *
 *     works' thread ── reporting_turn ──> counts (follows the log)
 *     a worker ─────── make ──┬─ law, in a short transaction: periods, what is quoted
 *                             ├─ rows of files under DIR/ledger, rows of work, through a reader
 *                             └─ JSON, CSV, HTML, PDF
 *
 * One report is made at a time: it has memory of its own, which is given back.  An organisation
 * that is not home has figures of work in which it had a part, and no files. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "reporting.h"

#include "report/report.h"

#include <pthread.h>

enum { MEMORY_MAX = 768 << 20, TEXT_MAX = 12 << 20, WHY_MAX = 1024, TURN_MS = 500 };
enum { AREAS_MAX = 500, AREAS_PAGE = 100, ROW_BYTES = 512, CURSOR_MAX = 96 };

struct reporting {
    struct reporting_options options;
    struct counts *counts;
    struct store *follower; /* a reader of whoever follows */
    int64_t turned_ms;
    bool behind;
    pthread_mutex_t lock; /* one report at a time */
};

/* ---- following ---- */

/* What work is counted as has its figures. */
static bool series_known(const char *name)
{
    for (unsigned s = 0; s < SERIES_COUNT; s++)
        if (strcmp(LEDGER_SERIES[s].name, name) == 0)
            return true;
    return false;
}

enum status reporting_open(struct reporting **out, const struct reporting_options *options,
                           struct arena *boot, struct text *why)
{
    struct reporting *reporting = NULL;
    for (unsigned i = 0; counts_series(i) != NULL; i++)
        must(series_known(counts_series(i)));
    TRY(ARENA_NEW(boot, 1, &reporting));
    reporting->options = *options;
    TRY(store_open_reader(&reporting->follower, options->store_path, boot, why));
    const struct counts_options counts = {.store = options->store,
                                          .reader = reporting->follower,
                                          .work = options->work,
                                          .key = options->key,
                                          .clock = options->clock,
                                          .zone_minutes = options->zone_minutes};
    must(pthread_mutex_init(&reporting->lock, NULL) == 0);
    *out = reporting;
    return counts_open(&reporting->counts, &counts, boot, why);
}

bool reporting_turn(struct reporting *reporting, struct arena *scratch, enum status *out)
{
    int64_t ticks = reporting->options.clock.ticks_ms(reporting->options.clock.self);
    *out = STATUS_OK;
    if (!reporting->behind && ticks - reporting->turned_ms < TURN_MS)
        return false;
    reporting->turned_ms = ticks;
    arena_reset(scratch);
    *out = counts_follow(reporting->counts, scratch, &reporting->behind);
    if (*out != STATUS_OK)
        reporting->behind = false;
    return reporting->behind;
}

void reporting_close(struct reporting *reporting)
{
    if (reporting == NULL)
        return;
    store_close(reporting->follower);
    (void)pthread_mutex_destroy(&reporting->lock);
}

/* ---- rows of work as blocks ---- */

struct feeding {
    const struct identity *by;
    struct store *reader;
    struct ledger_block *block;
    struct ledger_sink sink;
};

static uint8_t type_of(struct slice word)
{
    if (slice_equal(word, SLICE("T00")))
        return TYPE_none;
    for (unsigned i = 0; i < TYPES_COUNT; i++)
        if (slice_equal(word, slice_of(LEDGER_TYPES[i].word)))
            return (uint8_t)i;
    return TYPE_other;
}

static uint8_t marks_of(struct slice words)
{
    static const struct {
        const char *word;
        uint8_t bit;
    } KNOWN[] = {
#define MARK(name, bit, zh, en) {#name, 1U << (bit)},
#include "report/marks.inc"
#undef MARK
    };
    uint8_t marks = 0;
    while (words.size > 0) {
        const char *blank = memchr(words.at, ' ', words.size);
        size_t size = blank == NULL ? words.size : (size_t)(blank - words.at);
        for (unsigned i = 0; i < sizeof KNOWN / sizeof KNOWN[0]; i++)
            if (slice_equal((struct slice){words.at, size}, slice_of(KNOWN[i].word)))
                marks |= KNOWN[i].bit;
        size += blank != NULL;
        words.at += size;
        words.size -= size;
    }
    return marks;
}

static enum status flush(struct feeding *feeding)
{
    struct ledger_block *block = feeding->block;
    if (block->rows == 0)
        return STATUS_OK;
    block->first = block->day[0];
    block->last = block->day[block->rows - 1]; /* they come by day */
    TRY(feeding->sink.take(feeding->sink.self, block));
    block->rows = 0;
    return STATUS_OK;
}

static enum status take_row(void *self, const struct counts_row *row)
{
    struct feeding *feeding = self;
    struct ledger_block *block = feeding->block;
    uint32_t at = block->rows++;
    block->day[at] = (uint16_t)row->day;
    block->region[at] = row->region;
    block->type[at] = type_of(row->type);
    block->marks[at] = marks_of(row->marks);
    block->count[at] = row->count;
    block->amount[at] = row->amount;
    block->who[at] = row->person;
    return block->rows == LEDGER_BLOCK_ROWS ? flush(feeding) : STATUS_OK;
}

static struct slice organisation_of(const struct identity *by)
{
    return by->home ? SLICE("") : slice_of(by->organisation);
}

static enum status feed(void *self, enum series series, int32_t from, int32_t to,
                        struct ledger_sink sink)
{
    struct feeding *feeding = self;
    const struct counts_query query = {.series = slice_of(LEDGER_SERIES[series].name),
                                       .from = from,
                                       .to = to,
                                       .high = 999999,
                                       .organisation = organisation_of(feeding->by),
                                       .after_day = -1};
    feeding->sink = sink;
    feeding->block->series = series;
    feeding->block->live = true;
    feeding->block->rows = 0;
    TRY(counts_read(feeding->reader, &query, (struct counts_sink){take_row, feeding}));
    return flush(feeding);
}

/* ---- areas as they stand ---- */

struct areas {
    struct arena *arena;
    struct report_area *area;
    size_t count, taken;
    struct slice last;
};

static enum status take_area(void *self, const struct work_item *item, struct slice cursor)
{
    struct areas *areas = self;
    const struct work_state *state = &item->kind->state[item->state];
    areas->taken++;
    TRY(slice_copy(areas->arena, cursor, &areas->last));
    if (item->state == 0 || areas->count == AREAS_MAX)
        return STATUS_OK;
    struct report_area *area = &areas->area[areas->count++];
    TRY(slice_copy(areas->arena, work_value_of(item, "place"), &area->place));
    TRY(slice_copy(areas->arena, work_value_of(item, "name"), &area->name));
    TRY(slice_copy(areas->arena, work_value_of(item, "counted"), &area->month));
    TRY(slice_copy(areas->arena, work_value_of(item, "both_by_resident"), &area->by_resident));
    TRY(slice_copy(areas->arena, work_value_of(item, "both_by_registered"), &area->by_registered));
    area->ranked = slice_equal(work_value_of(item, "ranked"), SLICE("true"));
    for (unsigned t = 0; t < TONGUES_COUNT; t++)
        area->state[t] = slice_of(state->says.in[t]);
    return STATUS_OK;
}

static enum status read_areas(struct reporting *reporting, const struct feeding *feeding,
                              struct arena *arena, struct report_live *live)
{
    struct areas areas = {.arena = arena};
    struct work_query query = {.kind =
                                   work_kind_find(reporting->options.work, SLICE("source_area")),
                               .state = -1,
                               .open = true,
                               .count_max = AREAS_PAGE};
    TRY(ARENA_NEW(arena, AREAS_MAX, &areas.area));
    if (query.kind == NULL)
        return STATUS_OK;
    do {
        query.after = areas.last;
        areas.taken = 0;
        TRY(work_list(reporting->options.work, feeding->reader, &query, feeding->by, arena,
                      (struct work_sink){take_area, &areas}));
    } while (areas.taken == AREAS_PAGE && areas.count < AREAS_MAX);
    live->area = areas.area;
    live->areas_count = areas.count;
    return STATUS_OK;
}

static enum status live_of(struct reporting *reporting, struct feeding *feeding,
                           struct arena *arena, struct report_live *out)
{
    struct counts_span span;
    TRY(counts_span(reporting->counts, feeding->reader, &span));
    *out = (struct report_live){.from = span.from,
                                .to = span.to,
                                .number = span.number,
                                .last = span.last,
                                .own = !feeding->by->home,
                                .feed = feed,
                                .self = feeding};
    for (unsigned i = 0; counts_series(i) != NULL; i++)
        for (unsigned s = 0; s < SERIES_COUNT; s++)
            out->makes[s] = out->makes[s] || strcmp(LEDGER_SERIES[s].name, counts_series(i)) == 0;
    for (unsigned s = 0; s < SERIES_COUNT; s++)
        if (out->makes[s])
            TRY(counts_has(feeding->reader, slice_of(LEDGER_SERIES[s].name), &out->has[s]));
    TRY(ARENA_NEW(arena, 1, &feeding->block));
    return read_areas(reporting, feeding, arena, out);
}

/* ---- what is asked ---- */

static enum status read_wish(const struct api_report_wish *wish, struct report_asked *asked,
                             enum report_form *form, struct text why[TONGUES_COUNT])
{
    struct saying says;
    *asked = report_asked_begin();
    *form = FORM_json;
    for (unsigned i = 0; i < wish->words_count; i++) {
        if (wish->word[i].value.size == 0 || report_word(asked, form, slice_of(wish->word[i].name),
                                                         wish->word[i].value) == STATUS_OK)
            continue;
        for (unsigned t = 0; t < TONGUES_COUNT; t++)
            text_add_string(&why[t], wish->word[i].name);
        return STATUS_MALFORMED;
    }
    enum status status = report_asked_hold(asked, &says);
    for (unsigned t = 0; status != STATUS_OK && t < TONGUES_COUNT; t++)
        text_add_string(&why[t], says.in[t]);
    asked->blank = true;
    return status;
}

/* Periods and what is quoted, while the law stands still. */
static enum status ask(struct reporting *reporting, struct report_asked *asked,
                       struct report *report, struct arena *arena, struct text why[TONGUES_COUNT])
{
    const struct reporting_options *options = &reporting->options;
    TRY(store_begin(options->store));
    law_date today =
        law_date_of_moment(options->clock.now(options->clock.self), options->zone_minutes);
    const struct law_pack *pack = law_find(options->law, LAW_SUBJECT_practice, today);
    asked->law = options->law;
    asked->least = 0;
    if (pack != NULL && law_count(pack, "publication.least", &asked->least, NULL) != STATUS_OK)
        asked->least = 0;
    enum status status = report_ask(report, asked, arena, why);
    store_rollback(options->store);
    report->asked.law = NULL;
    return status;
}

static bool ledger_there(const struct reporting *reporting, const struct identity *by)
{
    struct disk_about about;
    enum disk_fault fault;
    return by->home && disk_about(reporting->options.folder, &about, &fault) == STATUS_OK;
}

static enum status count(struct reporting *reporting, const struct api_report_wish *wish,
                         struct arena *arena, struct report *report, enum report_form *form,
                         struct text why[TONGUES_COUNT])
{
    struct report_asked asked;
    struct report_live *live = NULL;
    struct feeding *feeding = NULL;
    TRY(ARENA_NEW(arena, 1, &live));
    TRY(ARENA_NEW(arena, 1, &feeding));
    *feeding = (struct feeding){.by = wish->by, .reader = wish->reader};
    TRY(read_wish(wish, &asked, form, why));
    TRY(live_of(reporting, feeding, arena, live));
    asked.live = live;
    TRY(ask(reporting, &asked, report, arena, why));
    return report_count(
        report, ledger_there(reporting, wish->by) ? reporting->options.folder : NULL, arena, why);
}

/* ---- what is answered ---- */

static const char *const TYPES[FORMS_COUNT] = {"text/html; charset=utf-8", "application/pdf",
                                               "text/csv; charset=utf-8", "application/json"};
static const char *const ENDINGS[FORMS_COUNT] = {"html", "pdf", "csv", "json"};

static enum status print(struct reporting *reporting, const struct api_report_wish *wish,
                         const struct report *report, enum report_form form, struct arena *arena,
                         struct slice *out, struct text why[TONGUES_COUNT])
{
    struct clock clock = reporting->options.clock;
    bool zh = wish->tongue == TONGUE_ZH;
    struct document *document = NULL;
    char *bytes = NULL;
    if (form >= FORM_csv) {
        TRY(ARENA_NEW(arena, TEXT_MAX, &bytes));
        struct text text = text_over(bytes, TEXT_MAX);
        TRY(form == FORM_csv ? report_csv(report, &text) : report_json(report, &text));
        *out = text_slice(&text);
        return STATUS_OK;
    }
    TRY(ARENA_NEW(arena, 1, &document));
    *document = (struct document){
        .tongue = wish->tongue,
        .issuer = SLICE("Cutline"),
        .title = zh ? SLICE("打击治理电信网络诈骗统计报告")
                    : SLICE("Report on the fight against telecom-network fraud"),
        .made = clock.now(clock.self),
        .zone_minutes = reporting->options.zone_minutes,
        .arena = arena,
    };
    TRY(report_paper(report, document, arena));
    return form == FORM_pdf ? document_pdf(document, arena, out, why)
                            : document_html(document, arena, out);
}

static enum status make(void *self, const struct api_report_wish *wish, struct arena *request,
                        struct api_report *out, struct text why[TONGUES_COUNT])
{
    struct reporting *reporting = self;
    struct report *report = NULL;
    struct arena *arena = NULL;
    struct slice bytes = SLICE("");
    enum report_form form = FORM_json;
    TRY(arena_create(&arena, MEMORY_MAX));
    (void)pthread_mutex_lock(&reporting->lock);
    enum status status = ARENA_NEW(arena, 1, &report);
    if (status == STATUS_OK)
        status = count(reporting, wish, arena, report, &form, why);
    if (status == STATUS_OK)
        status = print(reporting, wish, report, form, arena, &bytes, why);
    (void)pthread_mutex_unlock(&reporting->lock);
    if (status == STATUS_OK)
        status = slice_copy(request, bytes, &out->bytes);
    out->type = TYPES[form];
    out->ending = ENDINGS[form];
    out->page = form == FORM_json;
    arena_destroy(arena);
    return status;
}

/* ---- the rows of a figure ---- */

struct listing {
    const struct figure_entry *figure;
    const struct report_line *line;
    struct text *text;
    int32_t zone_minutes;
    uint32_t low, high;
    int type; /* -1: any */
    size_t left;
    uint64_t ordinal, after; /* of rows of files: the one behind which to go on */
    int32_t files_before;    /* rows of files before this day alone */
    bool first, more;
    char next[CURSOR_MAX];
};

static bool listed(const struct listing *listing, uint32_t region, uint8_t type, uint8_t marks)
{
    return region >= listing->low && region <= listing->high &&
           (listing->type < 0 || listing->type == type) &&
           (marks & listing->figure->marks) == listing->figure->marks;
}

static void add_values(struct listing *listing, uint32_t region, uint8_t type, uint8_t marks,
                       uint32_t times, int64_t amount)
{
    struct text *text = listing->text;
    enum measure measure = LEDGER_SERIES[listing->figure->series].measure;
    text_addf(text, ",\"region\":\"%06u\",\"type\":\"%s\",\"marks\":\"", region,
              LEDGER_TYPES[type].word);
    text_add_marks(text, marks);
    text_addf(text, "\",\"count\":%u", times);
    if (measure == MEASURE_YUAN)
        text_addf(text, ",\"yuan\":\"%lld.%02lld\"", (long long)(amount / 100),
                  (long long)(amount % 100));
    if (measure == MEASURE_SECONDS)
        text_addf(text, ",\"seconds\":%lld", (long long)amount);
    text_add_char(text, '}');
}

static void begin_row(struct listing *listing, const char *source, int32_t day)
{
    text_addf(listing->text, "%s{\"source\":\"%s\",\"day\":\"", listing->first ? "" : ",\n",
              source);
    text_add_ledger_day(listing->text, day);
    text_add_char(listing->text, '"');
    listing->first = false;
    listing->left--;
}

static enum status list_block(void *self, const struct ledger_block *block)
{
    struct listing *listing = self;
    if (block->series != listing->figure->series)
        return STATUS_OK;
    for (uint32_t i = 0; i < block->rows; i++) {
        bool meant = block->day[i] >= listing->line->from && block->day[i] <= listing->line->to &&
                     block->day[i] < listing->files_before &&
                     listed(listing, block->region[i], block->type[i], block->marks[i]);
        if (!meant || ++listing->ordinal <= listing->after)
            continue;
        if (listing->left == 0) {
            struct text next = text_over(listing->next, sizeof listing->next);
            text_addf(&next, "f.%llu", (unsigned long long)(listing->ordinal - 1));
            listing->more = true;
            return STATUS_END;
        }
        begin_row(listing, "imported", block->day[i]);
        add_values(listing, block->region[i], block->type[i], block->marks[i], block->count[i],
                   block->amount[i]);
    }
    return STATUS_OK;
}

static enum status list_row(void *self, const struct counts_row *row)
{
    struct listing *listing = self;
    uint8_t type = type_of(row->type), marks = marks_of(row->marks);
    struct text *text = listing->text;
    if (!listed(listing, row->region, type, marks))
        return STATUS_OK;
    if (listing->left == 0) {
        listing->more = true;
        return STATUS_END;
    }
    begin_row(listing, "live", row->day);
    text_add_string(text, ",\"time\":\"");
    text_add_moment(text, row->time, listing->zone_minutes);
    text_addf(text, "\",\"item\":\"%s\",\"kind\":\"", row->item);
    text_add(text, row->kind);
    text_add_string(text, "\",\"step\":\"");
    text_add(text, row->step);
    text_add_char(text, '"');
    add_values(listing, row->region, type, marks, row->count, row->amount);
    struct text next = text_over(listing->next, sizeof listing->next);
    text_addf(&next, "w.%d.%lld.%d", row->day, (long long)row->number, row->part);
    return STATUS_OK;
}

/* Numbers with points between, behind the letter. */
static bool cursor_read(struct slice cursor, char letter, int64_t *number, unsigned count)
{
    if (cursor.size < 3 || cursor.size >= CURSOR_MAX || cursor.at[0] != letter)
        return false;
    size_t at = 1;
    for (unsigned i = 0; i < count; i++) {
        if (at >= cursor.size || cursor.at[at++] != '.')
            return false;
        size_t digits = 0;
        for (number[i] = 0; at < cursor.size && cursor.at[at] >= '0' && cursor.at[at] <= '9';
             at++) {
            if (++digits > 17)
                return false;
            number[i] = number[i] * 10 + (cursor.at[at] - '0');
        }
        if (digits == 0)
            return false;
    }
    return at == cursor.size;
}

static enum status list_files(struct reporting *reporting, const struct api_report_wish *wish,
                              struct listing *listing, struct arena *arena)
{
    struct ledger ledger;
    if (!ledger_there(reporting, wish->by))
        return STATUS_OK;
    enum status status = ledger_read(&ledger, reporting->options.folder,
                                     (struct ledger_sink){list_block, listing}, arena);
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status list_work(const struct api_report_wish *wish, const struct report_live *live,
                             struct listing *listing, const int64_t *after)
{
    const struct report_line *line = listing->line;
    const struct counts_query query = {.series =
                                           slice_of(LEDGER_SERIES[listing->figure->series].name),
                                       .from = line->from,
                                       .to = line->to,
                                       .low = listing->low,
                                       .high = listing->high,
                                       .organisation = organisation_of(wish->by),
                                       .after_day = after == NULL ? -1 : (int32_t)after[0],
                                       .after_number = after == NULL ? 0 : after[1],
                                       .after_part = after == NULL ? 0 : (int32_t)after[2]};
    if (!live->has[listing->figure->series])
        return STATUS_OK;
    enum status status = counts_read(wish->reader, &query, (struct counts_sink){list_row, listing});
    return status == STATUS_END ? STATUS_OK : status;
}

/* Leading digits of a region, or a type: what a part of a breakdown is. */
static enum status narrow(const struct api_report_wish *wish, struct listing *listing)
{
    static const int TENS[] = {1000000, 100000, 10000, 1000, 100, 10, 1};
    figure_regions(listing->figure, &listing->low, &listing->high);
    listing->type = -1;
    if (wish->type.size > 0) {
        listing->type = slice_equal(wish->type, SLICE("none")) ? TYPE_none : type_of(wish->type);
        if (listing->type == TYPE_other && !slice_equal(wish->type, SLICE("other")))
            return STATUS_MALFORMED;
    }
    uint32_t region = 0;
    if (wish->region.size > 6)
        return STATUS_MALFORMED;
    for (size_t i = 0; i < wish->region.size; i++) {
        if (wish->region.at[i] < '0' || wish->region.at[i] > '9')
            return STATUS_MALFORMED;
        region = region * 10 + (uint32_t)(wish->region.at[i] - '0');
    }
    uint32_t span = (uint32_t)TENS[wish->region.size];
    if (region * span > listing->low)
        listing->low = region * span;
    if (region * span + span - 1 < listing->high)
        listing->high = region * span + span - 1;
    return STATUS_OK;
}

static enum status list(struct reporting *reporting, const struct api_report_wish *wish,
                        const struct report *report, struct listing *listing, struct arena *arena)
{
    int64_t number[3] = {0, 0, 0};
    const struct report_live *live = report->asked.live;
    bool behind_work = cursor_read(wish->after, 'w', number, 3);
    if (!behind_work && wish->after.size > 0 && !cursor_read(wish->after, 'f', number, 1))
        return STATUS_MALFORMED;
    listing->after = behind_work ? 0 : (uint64_t)number[0];
    enum series series = listing->figure->series;
    listing->files_before = live->makes[series] && live->has[series] ? live->from : INT32_MAX;
    if (!behind_work)
        TRY(list_files(reporting, wish, listing, arena));
    if (listing->more)
        return STATUS_OK;
    return list_work(wish, live, listing, behind_work ? number : NULL);
}

static enum status rows_of(struct reporting *reporting, const struct api_report_wish *wish,
                           struct arena *arena, struct report *report, struct text *text,
                           struct text why[TONGUES_COUNT])
{
    struct report_asked asked;
    struct report_live *live = NULL;
    struct feeding *feeding = NULL;
    enum report_form form;
    TRY(ARENA_NEW(arena, 1, &live));
    TRY(ARENA_NEW(arena, 1, &feeding));
    *feeding = (struct feeding){.by = wish->by, .reader = wish->reader};
    TRY(read_wish(wish, &asked, &form, why));
    asked.internal = true;
    TRY(live_of(reporting, feeding, arena, live));
    asked.live = live;
    TRY(ask(reporting, &asked, report, arena, why));
    if (report->lines_count != 1)
        return STATUS_ABSENT;
    struct listing listing = {.figure = &FIGURES[report->lines[0].figure],
                              .line = &report->lines[0],
                              .text = text,
                              .zone_minutes = reporting->options.zone_minutes,
                              .left = wish->count_max,
                              .first = true,
                              .next = "w.0.0.0"};
    TRY(narrow(wish, &listing));
    text_addf(text, "{\"figure\":\"%s\",\"internal\":true,\"query\":\"", listing.figure->id);
    text_add_line_query(text, listing.line);
    text_add_string(text, "\",\"rows\":[");
    TRY(list(reporting, wish, report, &listing, arena));
    text_addf(text, "],\"next\":%s%s%s}\n", listing.more ? "\"" : "",
              listing.more ? listing.next : "null", listing.more ? "\"" : "");
    return text->full ? STATUS_FULL : STATUS_OK;
}

static enum status rows(void *self, const struct api_report_wish *wish, struct arena *request,
                        struct api_report *out, struct text why[TONGUES_COUNT])
{
    struct reporting *reporting = self;
    struct report *report = NULL;
    struct arena *arena = NULL;
    char *bytes = NULL;
    size_t size = (wish->count_max + 2) * ROW_BYTES;
    TRY(ARENA_NEW(request, size, &bytes));
    TRY(arena_create(&arena, MEMORY_MAX));
    struct text text = text_over(bytes, size);
    enum status status = ARENA_NEW(arena, 1, &report);
    if (status == STATUS_OK)
        status = rows_of(reporting, wish, arena, report, &text, why);
    arena_destroy(arena);
    *out = (struct api_report){
        .bytes = text_slice(&text), .type = TYPES[FORM_json], .ending = "json", .page = true};
    return status;
}

struct api_reports reporting_routes(struct reporting *reporting)
{
    return (struct api_reports){make, rows, reporting};
}
