/* feed.c -- intake with everything around it: which files, what of the rows that are refused, how
 * far, and when to stop.
 *
 * The file of rejects has the columns file, line, column, reason, value, row.  It appears when the
 * run ends, whole, also after Ctrl-C; not at all if the run is killed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "feed.h"

#include "alert/alert.h"
#include "ruleset.h"
#include "say.h"
#include "stop.h"

#include <sys/stat.h>

enum { WHY_BYTES_MAX = 4096, REJECT_BYTES_MAX = 4 * ROW_BYTES_MAX };

struct slice feed_path_of(void *self, uint32_t file)
{
    return intake_path(self, file);
}

static void add_reject_row(struct text *text, const struct reject *reject, enum tongue tongue)
{
    char bytes[1024];
    struct text reason = text_over(bytes, sizeof bytes);
    text_add_reject(&reason, reject, tongue);
    text_add_cell(text, reject->file);
    text_addf(text, ",%llu,", (unsigned long long)reject->line);
    if (reject->column_name.size != 0)
        text_add_cell(text, reject->column_name);
    else if (reject->column != 0)
        text_addf(text, "%u", reject->column);
    text_add_char(text, ',');
    text_add_cell(text, text_slice(&reason));
    text_add_char(text, ',');
    text_add_cell(text, reject->value);
    text_add_char(text, ',');
    text_add_cell(text, reject->row);
    text_add_string(text, "\r\n");
}

static enum status take_reject(void *self, const struct reject *reject)
{
    static char bytes[REJECT_BYTES_MAX];
    struct feed *feed = self;
    feed->rejects_count++;
    if (feed->rejects != NULL) {
        struct text row = text_over(bytes, sizeof bytes);
        add_reject_row(&row, reject, feed->command->tongue);
        feed->rejects_failed = disk_sink_write(feed->rejects, text_slice(&row)) != STATUS_OK;
    }
    feed->rejects_full = feed->rejects_count > feed->rejects_max;
    return feed->rejects_full || feed->rejects_failed ? STATUS_STOPPED : STATUS_OK;
}

/* The sentence that a room gave, in our tongue. */
static void complain_why(const struct command *command, const struct text why[TONGUES_COUNT])
{
    say_wrong("%s", why[command->tongue].at);
}

static enum exit_code read_mapping(struct feed *feed, const char *path, struct arena *boot,
                                   const struct mapping **out)
{
    char bytes[TONGUES_COUNT][WHY_BYTES_MAX];
    struct text why[TONGUES_COUNT] = {text_over(bytes[0], sizeof bytes[0]),
                                      text_over(bytes[1], sizeof bytes[1])};
    struct mapping *mapping;
    if (path == NULL)
        return EXIT_DONE;
    if (mapping_read(&mapping, path, boot, why) != STATUS_OK) {
        complain_why(feed->command, why);
        return EXIT_INPUT;
    }
    *out = mapping;
    return EXIT_DONE;
}

static enum exit_code check_kind(const struct command *command, struct slice kind)
{
    enum record_kind known;
    if (kind.size == 0 || kind_find(kind, &known))
        return EXIT_DONE;
    COMPLAIN(command, "--kind takes a kind of records.md like call or payment, not `%s`.",
             "--kind 应为 call、payment 等记录类别，不能是 `%s`。", kind.at);
    return EXIT_USAGE;
}

static enum exit_code open_rejects(struct feed *feed)
{
    feed->rejects_path = command_value(feed->command, FLAG_rejects);
    if (feed->rejects_path == NULL)
        return EXIT_DONE;
    if (disk_sink_create(&feed->rejects, feed->rejects_path) != STATUS_OK ||
        disk_sink_write(feed->rejects, SLICE("file,line,column,reason,value,row\r\n")) !=
            STATUS_OK) {
        COMPLAIN(feed->command, "%s: cannot be written.", "%s：无法写入。", feed->rejects_path);
        return EXIT_FAILED;
    }
    return EXIT_DONE;
}

static bool is_same_file(const char *a, const char *b)
{
    struct stat x;
    struct stat y;
    return a != NULL && stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev &&
           x.st_ino == y.st_ino;
}

static enum exit_code add_files(struct feed *feed, const char *except)
{
    const struct command *command = feed->command;
    uint32_t first = command->verb == VERB_trace; /* whose first operand is no file */
    for (uint32_t i = first; i < command->operands_count; i++) {
        const char *path = command->operand[i];
        if (is_same_file(except, path))
            continue;
        char bytes[TONGUES_COUNT][WHY_BYTES_MAX];
        struct text why[TONGUES_COUNT] = {text_over(bytes[0], sizeof bytes[0]),
                                          text_over(bytes[1], sizeof bytes[1])};
        if (intake_add(feed->intake, path, why) != STATUS_OK) {
            complain_why(command, why);
            return EXIT_INPUT;
        }
    }
    return EXIT_DONE;
}

static enum intake_order order_of(const struct command *command)
{
    if (command->verb == VERB_intake_check)
        return ORDER_DOES_NOT_MATTER;
    return command_has(command, FLAG_sort) ? ORDER_NONE : ORDER_AS_SAID;
}

enum exit_code feed_open(struct feed *feed, const struct command *command,
                         const struct settings *settings, const char *except, struct arena *boot)
{
    const char *kind = command_value(command, FLAG_kind);
    *feed = (struct feed){
        .command = command,
        .rejects_max = settings->rejects_max,
        .order_memory_max = settings->memory_max / 2,
    };
    struct intake_options options = {
        .kind = kind == NULL ? (struct slice){0} : slice_of(kind),
        .home_country = settings->home,
        .zone_minutes = settings->zone_minutes,
        .home_currency = settings->currency,
        .order = order_of(command),
        .order_memory_max = feed->order_memory_max,
    };
    enum exit_code code = check_kind(command, options.kind);
    if (code == EXIT_DONE)
        code = read_mapping(feed, command_value(command, FLAG_map), boot, &options.mapping);
    if (code != EXIT_DONE)
        return code;
    struct reject_sink sink = {take_reject, feed};
    if (intake_create(&feed->intake, &options, sink, boot) != STATUS_OK) {
        return say_no_memory(command);
    }
    code = add_files(feed, except);
    if (code == EXIT_DONE)
        code = open_rejects(feed);
    feed->progress = progress_begun(command, clock_of_machine());
    return code;
}

size_t feed_memory_left(const struct feed *feed, size_t memory_max)
{
    return intake_sorts(feed->intake) ? memory_max - feed->order_memory_max : memory_max;
}

enum status feed_next(struct feed *feed, const struct record **records, size_t *count)
{
    for (;;) {
        if (stop_asked())
            return STATUS_STOPPED;
        progress_show(&feed->progress, feed->intake);
        enum status status = intake_next(feed->intake, records, count);
        if (status == STATUS_OK && *count == 0)
            continue; /* a file in no order is being read */
        if (status == STATUS_FULL && intake_is_sorting(feed->intake)) {
            feed->order_full = true;
            return STATUS_STOPPED;
        }
        if (status != STATUS_IO)
            return status;
        char bytes[WHY_BYTES_MAX];
        struct text fault = text_over(bytes, sizeof bytes);
        text_add_intake_fault(&fault, feed->intake, feed->command->tongue);
        progress_clear(&feed->progress);
        say_wrong("%s", bytes);
        feed->files_failed = true;
    }
}

bool feed_is_whole(const struct feed *feed, enum status status)
{
    bool asked = status == STATUS_STOPPED && !feed->rejects_full && !feed->rejects_failed &&
                 !feed->order_full;
    return status == STATUS_END || asked;
}

static enum exit_code commit_rejects(struct feed *feed, bool keep)
{
    struct disk_sink *sink = feed->rejects;
    feed->rejects = NULL;
    if (sink == NULL)
        return EXIT_DONE;
    if (!keep) {
        disk_sink_abandon(sink);
        return EXIT_DONE;
    }
    if (disk_sink_commit(sink) == STATUS_OK && !feed->rejects_failed)
        return EXIT_DONE;
    COMPLAIN(feed->command, "%s: cannot be written.", "%s：无法写入。", feed->rejects_path);
    return EXIT_FAILED;
}

static enum exit_code say_end(const struct feed *feed, enum status status)
{
    const struct command *command = feed->command;
    struct intake_counts counts;
    intake_count(feed->intake, &counts);
    if (feed->rejects_full) {
        COMPLAIN(command, "more than %llu rows were rejected; stopped, as --max-rejects asks.",
                 "被拒行超过 %llu，按 --max-rejects 停止。", (unsigned long long)feed->rejects_max);
        return EXIT_INPUT;
    }
    if (feed->order_full) {
        COMPLAIN(command,
                 "%.*s: is in no order, and %zu MiB, half of --memory, do not hold its records to "
                 "sort them: allow more with --memory, or sort the file by time.",
                 "%.*s：未按时间排序，而 --memory 的一半（%zu "
                 "MiB）不足以容纳其记录以供排序：请用 --memory 增加，或先按时间排序该文件。",
                 (int)intake_current(feed->intake).size, intake_current(feed->intake).at,
                 feed->order_memory_max >> 20);
        return EXIT_FAILED;
    }
    if (status == STATUS_STOPPED && stop_asked()) {
        COMPLAIN(command, "stopped; this is what was done so far.", "已中止；以下为已完成的部分。");
        return EXIT_STOPPED;
    }
    if (feed->files_failed)
        return EXIT_INPUT; /* said when it happened; the other files were read */
    if (status == STATUS_END && counts.read != 0 && counts.accepted == 0) {
        COMPLAIN(command,
                 "not one of %llu rows could be accepted; see --rejects, --map and --kind.",
                 "%llu 行无一可以接受；参见 --rejects、--map 和 --kind。",
                 (unsigned long long)counts.read);
        return EXIT_INPUT;
    }
    return EXIT_DONE;
}

enum exit_code feed_end(struct feed *feed, enum status status)
{
    progress_clear(&feed->progress);
    enum exit_code code = say_end(feed, status);
    bool keep = feed_is_whole(feed, status) || feed->rejects_full || feed->rejects_failed;
    enum exit_code written = commit_rejects(feed, keep);
    return code == EXIT_DONE ? written : code;
}

void feed_close(struct feed *feed)
{
    disk_sink_abandon(feed->rejects);
    intake_destroy(feed->intake);
    feed->rejects = NULL;
    feed->intake = NULL;
}

static const struct saying REASONS[] = {
#define REJECT(name, en, zh) {{en, zh}},
#include "intake/rejects.inc"
#undef REJECT
};

/* The saying of a reason without its hole and what stands before the hole's colon. */
static void add_reason(struct text *text, enum reject_reason reason, enum tongue tongue)
{
    const char *says = REASONS[reason].in[tongue];
    for (size_t size; *says != '\0'; says += size) {
        struct slice rest = slice_of(says);
        if (slice_starts(rest, SLICE(": %")) || slice_starts(rest, SLICE("：%")))
            return;
        size = *says == '%' ? 1 : 1 + strcspn(says + 1, "%:\xEF");
        if (*says != '%')
            text_add(text, (struct slice){says, size});
    }
}

void feed_add_counts(struct text *text, const struct feed *feed, enum tongue tongue)
{
    struct intake_counts counts;
    intake_count(feed->intake, &counts);
    text_addf(text,
              tongue == TONGUE_ZH ? "读入 %llu = 接受 %llu + 拒绝 %llu\n"
                                  : "read %llu = accepted %llu + rejected %llu\n",
              (unsigned long long)counts.read, (unsigned long long)counts.accepted,
              (unsigned long long)counts.rejected);
    for (enum reject_reason reason = 0; reason < REJECTS_COUNT; reason++) {
        if (counts.by_reason[reason] == 0)
            continue;
        text_addf(text, "  %10llu  ", (unsigned long long)counts.by_reason[reason]);
        add_reason(text, reason, tongue);
        text_add_char(text, '\n');
    }
}
