/* detect.c -- `cutline detect`: records in, alerts out.
 *
 *      files ──> feed ──> pipeline ──> writer ──> standard output, or -o FILE
 *
 * Alerts appear while the records are read.  A file given with -o appears when all is done, or
 * after Ctrl-C with the alerts so far; it holds whole lines in either case.  The summary goes
 * where the alerts do not: to standard error when JSON or CSV goes to standard output. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "verbs.h"

#include "feed.h"
#include "live/pipeline.h"
#include "ruleset.h"
#include "say.h"
#include "stop.h"
#include "summary.h"
#include "writer.h"

enum { SUMMARY_BYTES_MAX = 512 * 1024, BOOT_SIZE_MORE = 1 << 30 };

struct detection {
    const struct command *command;
    struct settings settings;
    struct arena *boot;
    struct ruleset *ruleset;
    struct feed feed;
    struct outlet outlet;
    struct writer writer;
    struct pipeline pipeline;
};

static void note_truth(const struct detection *detection)
{
    const struct intake *intake = detection->feed.intake;
    for (uint32_t i = 0; i < intake_files_count(intake); i++) {
        if (intake_kind(intake, i) != RECORD_truth)
            continue;
        struct slice path = intake_path(intake, i);
        COMPLAIN(detection->command, "%.*s: is the truth, which only `cutline backtest` looks at.",
                 "%.*s：是真值文件，仅 `cutline backtest` 使用。", (int)path.size, path.at);
    }
}

/* Everything that can be wrong before the first record is wrong here. */
static enum exit_code detection_open(struct detection *detection)
{
    const struct command *command = detection->command;
    enum exit_code code = settings_read(&detection->settings, command);
    if (code != EXIT_DONE)
        return code;
    size_t boot_max = detection->settings.memory_max + BOOT_SIZE_MORE;
    if (arena_create(&detection->boot, boot_max) != STATUS_OK ||
        ARENA_NEW(detection->boot, 1, &detection->ruleset) != STATUS_OK)
        return settings_complain(detection->command, &detection->settings, STATUS_FULL);
    code = ruleset_read(detection->ruleset, command, detection->boot);
    if (code == EXIT_DONE)
        code = feed_open(&detection->feed, command, &detection->settings, NULL, detection->boot);
    if (code == EXIT_DONE)
        code = outlet_open(&detection->outlet, command, command_value(command, FLAG_output));
    if (code != EXIT_DONE)
        return code;
    note_truth(detection);
    struct alert_view view = {
        .tongue = command->tongue,
        .unmask = command_has(command, FLAG_unmask),
        .zone_minutes = detection->settings.zone_minutes,
        .image = detection->ruleset->image,
        .path_of = feed_path_of,
        .path_self = detection->feed.intake,
    };
    enum status status = writer_open(&detection->writer, &view, &detection->outlet,
                                     &detection->feed.progress, detection->boot);
    struct pipeline_options options = {
        .set = detection->ruleset->set,
        .threads = detection->settings.threads,
        .zone_minutes = detection->settings.zone_minutes,
        .memory_max = feed_memory_left(&detection->feed, detection->settings.memory_max),
        .alerts = writer_sink(&detection->writer),
    };
    if (status == STATUS_OK)
        status = pipeline_open(&detection->pipeline, &options, detection->boot);
    return status == STATUS_OK
               ? EXIT_DONE
               : settings_complain(detection->command, &detection->settings, status);
}

static enum status detection_run(struct detection *detection)
{
    const struct record *records;
    size_t count;
    enum status status;
    while ((status = feed_next(&detection->feed, &records, &count)) == STATUS_OK) {
        TRY(pipeline_take(&detection->pipeline, records, count));
        TRY(outlet_flush(&detection->outlet));
    }
    return status;
}

static enum exit_code show_summary(struct detection *detection)
{
    const struct command *command = detection->command;
    char *bytes;
    if (command_has(command, FLAG_quiet))
        return EXIT_DONE;
    if (ARENA_NEW(detection->boot, SUMMARY_BYTES_MAX, &bytes) != STATUS_OK)
        return settings_complain(detection->command, &detection->settings, STATUS_FULL);
    struct text text = text_over(bytes, SUMMARY_BYTES_MAX);
    text_add_char(&text, '\n');
    text_add_summary(&text, &detection->feed, &detection->pipeline, detection->ruleset->set);
    bool data_on_out = detection->outlet.path == NULL && detection->writer.form != FORM_TABLE;
    if (data_on_out)
        say_on_err(text_slice(&text));
    else if (!say_on_out(text_slice(&text)))
        return settings_complain(detection->command, &detection->settings, STATUS_IO);
    text = text_over(bytes, SUMMARY_BYTES_MAX);
    text_add_effort(&text, &detection->feed, &detection->pipeline);
    say_on_err(text_slice(&text));
    return EXIT_DONE;
}

/* However the run ended: what is whole is written, and what was done is told. */
static enum exit_code detection_end(struct detection *detection, enum status status)
{
    const struct command *command = detection->command;
    bool known = status == STATUS_END || status == STATUS_STOPPED;
    enum exit_code code = feed_end(&detection->feed, status);
    enum exit_code written = EXIT_DONE;
    bool told = detection->outlet.failed;
    /* On standard output the lines so far are true, and cannot be undone. */
    bool shown = detection->outlet.path == NULL;
    if (feed_is_whole(&detection->feed, status) || shown || told)
        written = outlet_close(&detection->outlet);
    else
        outlet_abandon(&detection->outlet);
    if (!known && !told)
        written = settings_complain(detection->command, &detection->settings, status);
    if (written == EXIT_DONE)
        written = show_summary(detection);
    if (code == EXIT_DONE || written != EXIT_DONE)
        code = written;
    struct alert_counts counts;
    alert_desk_count(detection->pipeline.desk, &counts);
    bool findings = counts.alerts + counts.repeats != 0;
    if (code == EXIT_DONE && findings && command_has(command, FLAG_fail_on_alert))
        code = EXIT_FINDINGS;
    return code;
}

enum exit_code verb_detect(const struct command *command)
{
    struct detection detection = {.command = command};
    stop_listen();
    enum exit_code code = detection_open(&detection);
    if (code == EXIT_DONE)
        code = detection_end(&detection, detection_run(&detection));
    outlet_abandon(&detection.outlet);
    feed_close(&detection.feed);
    pipeline_close(&detection.pipeline);
    arena_destroy(detection.boot);
    return code;
}
