/* backtest.c -- `cutline backtest`: what a rule set would have been worth.
 *
 *                 ┌─> pipeline (the rules)    ──> backtest ──┐
 *      files ──> feed                                        ├─> report: table, JSON, page
 *                 └─> pipeline (--against)    ──> backtest ──┘
 *
 * Both rule sets see each record in one pass over the files, so a pipe can be compared, too. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "verbs.h"

#include "backtest/backtest.h"
#include "feed.h"
#include "help.h"
#include "live/pipeline.h"
#include "outlet.h"
#include "ruleset.h"
#include "say.h"
#include "stop.h"
#include "summary.h"
#include "writer.h"

enum { EFFORT_BYTES_MAX = 8192, WHY_BYTES_MAX = 4096, BOOT_SIZE_MORE = 1 << 30 };

/* One rule set under trial. */
struct side {
    struct ruleset *ruleset;
    struct pipeline pipeline;
    struct backtest *backtest;
    struct backtest_report *report;
};

struct trial {
    const struct command *command;
    struct settings settings;
    struct arena *boot;
    struct feed feed;
    bool compared;
    struct side ours, theirs;
};

static enum exit_code read_rules(struct trial *trial)
{
    const struct command *command = trial->command;
    const char *against = command_value(command, FLAG_against);
    trial->compared = against != NULL;
    if (ARENA_NEW(trial->boot, 1, &trial->ours.ruleset) != STATUS_OK ||
        ARENA_NEW(trial->boot, 1, &trial->theirs.ruleset) != STATUS_OK)
        return settings_complain(trial->command, &trial->settings, STATUS_FULL);
    enum exit_code code = ruleset_read(trial->ours.ruleset, command, trial->boot);
    if (code == EXIT_DONE && trial->compared)
        code = ruleset_read_from(trial->theirs.ruleset, command, against, trial->boot);
    return code;
}

static enum status side_open(struct trial *trial, struct side *side)
{
    size_t memory = feed_memory_left(&trial->feed, trial->settings.memory_max);
    memory /= trial->compared ? 2 : 1;
    struct backtest_options options = {
        .set = side->ruleset->set,
        .seed = trial->settings.seed,
        .memory_max = memory / 4,
    };
    TRY(backtest_create(&side->backtest, &options, trial->boot));
    struct pipeline_options pipeline = {
        .set = side->ruleset->set,
        .threads = trial->settings.threads,
        .zone_minutes = trial->settings.zone_minutes,
        .memory_max = memory / 4 * 3,
        .alerts = backtest_alerts(side->backtest),
        .listener = backtest_findings(side->backtest),
    };
    return pipeline_open(&side->pipeline, &pipeline, trial->boot);
}

static enum status side_take(struct side *side, const struct record *records, size_t count)
{
    TRY(backtest_take(side->backtest, records, count));
    return pipeline_take(&side->pipeline, records, count);
}

static void side_close(struct side *side)
{
    backtest_destroy(side->backtest);
    pipeline_close(&side->pipeline);
}

static enum status take(struct trial *trial, const struct record *records, size_t count)
{
    TRY(side_take(&trial->ours, records, count));
    return trial->compared ? side_take(&trial->theirs, records, count) : STATUS_OK;
}

struct truth_rejects {
    uint64_t count;
};

static enum status take_reject(void *self, const struct reject *reject)
{
    (void)reject;
    ((struct truth_rejects *)self)->count++;
    return STATUS_OK;
}

/* All of --truth, before the first event.  Its own intake, since --map and --kind do not speak of
 * it. */
static enum exit_code read_truth(struct trial *trial, const char *path)
{
    const struct command *command = trial->command;
    char bytes[TONGUES_COUNT][WHY_BYTES_MAX];
    struct text why[TONGUES_COUNT] = {text_over(bytes[0], sizeof bytes[0]),
                                      text_over(bytes[1], sizeof bytes[1])};
    struct truth_rejects rejects = {0};
    struct intake_options options = {
        .kind = SLICE("truth"),
        .home_country = trial->settings.home,
        .zone_minutes = trial->settings.zone_minutes,
        .home_currency = trial->settings.currency,
    };
    struct intake *intake;
    struct reject_sink sink = {take_reject, &rejects};
    if (intake_create(&intake, &options, sink, trial->boot) != STATUS_OK)
        return settings_complain(trial->command, &trial->settings, STATUS_FULL);
    enum status status = intake_add(intake, path, why);
    if (status != STATUS_OK) {
        say_wrong("%s", bytes[command->tongue]);
        intake_destroy(intake);
        return EXIT_INPUT;
    }
    const struct record *records;
    size_t count;
    while ((status = intake_next(intake, &records, &count)) == STATUS_OK) {
        status = take(trial, records, count);
        if (status != STATUS_OK)
            break;
    }
    intake_destroy(intake);
    if (rejects.count != 0)
        COMPLAIN(command, "%s: %llu rows of the truth could not be read and do not count.",
                 "%s：%llu 行真值无法读取，未计入。", path, (unsigned long long)rejects.count);
    return status == STATUS_END ? EXIT_DONE
                                : settings_complain(trial->command, &trial->settings, status);
}

static enum exit_code trial_open(struct trial *trial)
{
    const struct command *command = trial->command;
    enum exit_code code = settings_read(&trial->settings, command);
    if (code != EXIT_DONE)
        return code;
    if (arena_create(&trial->boot, 2 * trial->settings.memory_max + BOOT_SIZE_MORE) != STATUS_OK)
        return settings_complain(trial->command, &trial->settings, STATUS_FULL);
    const char *truth = command_value(command, FLAG_truth);
    code = read_rules(trial);
    if (code == EXIT_DONE)
        code = feed_open(&trial->feed, command, &trial->settings, truth, trial->boot);
    if (code != EXIT_DONE)
        return code;
    enum status status = side_open(trial, &trial->ours);
    if (status == STATUS_OK && trial->compared)
        status = side_open(trial, &trial->theirs);
    if (status != STATUS_OK)
        return settings_complain(trial->command, &trial->settings, status);
    return truth == NULL ? EXIT_DONE : read_truth(trial, truth);
}

static enum status trial_run(struct trial *trial)
{
    const struct record *records;
    size_t count;
    enum status status;
    while ((status = feed_next(&trial->feed, &records, &count)) == STATUS_OK)
        TRY(take(trial, records, count));
    return status;
}

static enum exit_code write_reports(struct trial *trial,
                                    const struct backtest_comparison *comparison)
{
    const struct command *command = trial->command;
    struct backtest_view view = {
        .tongue = command->tongue,
        .unmask = command_has(command, FLAG_unmask),
        .zone_minutes = trial->settings.zone_minutes,
        .program = "cutline " CUTLINE_VERSION,
    };
    char *bytes;
    if (ARENA_NEW(trial->boot, BACKTEST_TEXT_MAX, &bytes) != STATUS_OK)
        return settings_complain(trial->command, &trial->settings, STATUS_FULL);
    struct text text = text_over(bytes, BACKTEST_TEXT_MAX);
    if (form_asked(command) == FORM_JSON)
        text_add_backtest_json(&text, trial->ours.report, comparison, &view);
    else
        text_add_backtest_table(&text, trial->ours.report, comparison, &view);
    must(!text.full);
    enum exit_code code =
        outlet_put(command, command_value(command, FLAG_output), text_slice(&text));
    const char *html = command_value(command, FLAG_html);
    if (code != EXIT_DONE || html == NULL)
        return code;
    text = text_over(bytes, BACKTEST_TEXT_MAX);
    text_add_backtest_page(&text, trial->ours.report, comparison, &view);
    must(!text.full);
    return outlet_put(command, html, text_slice(&text));
}

static enum status make_reports(struct trial *trial, struct backtest_comparison *comparison)
{
    struct side *ours = &trial->ours;
    struct side *theirs = &trial->theirs;
    TRY(backtest_report(ours->backtest, ours->pipeline.registry, trial->boot, &ours->report));
    if (!trial->compared)
        return STATUS_OK;
    TRY(backtest_report(theirs->backtest, theirs->pipeline.registry, trial->boot, &theirs->report));
    TRY(backtest_compare(ours->backtest, theirs->backtest, trial->boot, comparison));
    comparison->theirs = theirs->report;
    return STATUS_OK;
}

static void show_effort(const struct trial *trial)
{
    char bytes[EFFORT_BYTES_MAX];
    struct text text = text_over(bytes, sizeof bytes);
    if (command_has(trial->command, FLAG_quiet))
        return;
    feed_add_counts(&text, &trial->feed, trial->command->tongue);
    text_add_effort(&text, &trial->feed, &trial->ours.pipeline);
    say_on_err(text_slice(&text));
}

/* A backtest of half the records would be a wrong answer, so there is none after Ctrl-C. */
static enum exit_code trial_end(struct trial *trial, enum status status)
{
    enum exit_code code = feed_end(&trial->feed, status);
    if (status != STATUS_END && status != STATUS_STOPPED)
        return settings_complain(trial->command, &trial->settings, status);
    show_effort(trial);
    if (code != EXIT_DONE || status != STATUS_END)
        return code;
    static struct backtest_comparison comparison;
    status = make_reports(trial, &comparison);
    if (status != STATUS_OK)
        return settings_complain(trial->command, &trial->settings, status);
    if (trial->ours.report->truth_rows == 0) {
        COMPLAIN(trial->command, "there is no truth to compare with; name it with --truth FILE.",
                 "没有可供比较的真值；请用 --truth 指定文件。");
        return EXIT_INPUT;
    }
    return write_reports(trial, trial->compared ? &comparison : NULL);
}

enum exit_code verb_backtest(const struct command *command)
{
    static struct trial trial;
    trial = (struct trial){.command = command};
    stop_listen();
    enum exit_code code = trial_open(&trial);
    if (code == EXIT_DONE)
        code = trial_end(&trial, trial_run(&trial));
    feed_close(&trial.feed);
    side_close(&trial.ours);
    side_close(&trial.theirs);
    arena_destroy(trial.boot);
    return code;
}
