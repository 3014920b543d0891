/* intake.c -- `cutline intake …`: records looked at without rules. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "verbs.h"

#include "feed.h"
#include "outlet.h"
#include "say.h"
#include "stop.h"

enum {
    INTAKE_SIZE_MAX = 1 << 30,
    INTAKE_TEXT_MAX = 1 << 20,
    WHY_BYTES_MAX = 4096,
};

/* The mapping goes to standard output or -o; how it reads the first rows goes to standard error. */
static enum exit_code guess(const struct command *command, struct arena *arena)
{
    struct settings settings;
    enum exit_code code = settings_read(&settings, command);
    if (code != EXIT_DONE)
        return code;
    char *bytes;
    if (ARENA_NEW(arena, 2 * INTAKE_TEXT_MAX, &bytes) != STATUS_OK)
        return say_no_memory(command);
    struct text yaml = text_over(bytes, INTAKE_TEXT_MAX);
    struct text rows = text_over(bytes + INTAKE_TEXT_MAX, INTAKE_TEXT_MAX);
    char sentence[TONGUES_COUNT][WHY_BYTES_MAX];
    struct text why[TONGUES_COUNT] = {text_over(sentence[0], sizeof sentence[0]),
                                      text_over(sentence[1], sizeof sentence[1])};
    const char *kind = command_value(command, FLAG_kind);
    struct intake_options options = {
        .kind = kind == NULL ? (struct slice){"", 0} : slice_of(kind),
        .home_country = settings.home,
        .zone_minutes = settings.zone_minutes,
        .home_currency = settings.currency,
    };
    if (intake_guess(command->operand[0], &options, arena, &yaml, &rows, why) != STATUS_OK) {
        say_wrong("%s", sentence[command->tongue]);
        return EXIT_INPUT;
    }
    code = outlet_put(command, command_value(command, FLAG_output), text_slice(&yaml));
    say_on_err(text_slice(&rows));
    return code;
}

enum exit_code verb_intake_guess(const struct command *command)
{
    struct arena *arena;
    if (arena_create(&arena, INTAKE_SIZE_MAX) != STATUS_OK)
        return say_no_memory(command);
    enum exit_code code = guess(command, arena);
    arena_destroy(arena);
    return code;
}

static void add_files(struct text *text, const struct feed *feed)
{
    enum tongue tongue = feed->command->tongue;
    for (uint32_t i = 0; i < intake_files_count(feed->intake); i++) {
        text_add_intake_file(text, feed->intake, i, tongue);
        text_add_char(text, '\n');
    }
}

static void add_kinds(struct text *text, const struct feed *feed)
{
    struct intake_counts counts;
    intake_count(feed->intake, &counts);
    for (enum record_kind kind = 0; kind < RECORD_KINDS_COUNT; kind++)
        if (counts.by_kind[kind] != 0)
            text_addf(text, "  %10llu  %s\n", (unsigned long long)counts.by_kind[kind],
                      kind_schema(kind)->name);
}

static enum exit_code check(struct feed *feed, struct arena *arena)
{
    char *bytes;
    if (ARENA_NEW(arena, INTAKE_TEXT_MAX, &bytes) != STATUS_OK)
        return say_no_memory(feed->command);
    struct text text = text_over(bytes, INTAKE_TEXT_MAX);
    add_files(&text, feed);
    const struct record *records;
    size_t count;
    enum status status;
    do
        status = feed_next(feed, &records, &count);
    while (status == STATUS_OK);
    enum exit_code code = feed_end(feed, status);
    feed_add_counts(&text, feed, feed->command->tongue);
    add_kinds(&text, feed);
    enum exit_code written = outlet_put(feed->command, NULL, text_slice(&text));
    return code == EXIT_DONE ? written : code;
}

enum exit_code verb_intake_check(const struct command *command)
{
    struct settings settings;
    struct feed feed = {0};
    struct arena *arena = NULL;
    stop_listen();
    enum exit_code code = settings_read(&settings, command);
    if (code != EXIT_DONE)
        return code;
    if (arena_create(&arena, INTAKE_SIZE_MAX) != STATUS_OK)
        return say_no_memory(command);
    code = feed_open(&feed, command, &settings, NULL, arena);
    if (code == EXIT_DONE)
        code = check(&feed, arena);
    feed_close(&feed);
    arena_destroy(arena);
    return code;
}
