/* simulate.c -- `cutline simulate`: a city with fraud in it, in a folder of files. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "verbs.h"

#include "city/city.h"
#include "progress.h"
#include "say.h"
#include "settings.h"

#include <errno.h>
#include <limits.h>
#include <sys/stat.h>

enum { COUNTS_BYTES_MAX = 16 * 1024 };

/* The folder, and those above it that are not there yet. */
static bool make_folder(const char *path)
{
    char bytes[PATH_MAX];
    struct text partial = text_over(bytes, sizeof bytes);
    for (const char *at = path;; at++) {
        bool end = *at == '\0';
        if ((end || *at == '/') && partial.size != 0 && mkdir(bytes, 0777) != 0 && errno != EEXIST)
            return false;
        if (end)
            return !partial.full;
        text_add_char(&partial, *at);
    }
}

static void take_progress(void *self, const struct city_progress *progress)
{
    progress_show_days(self, progress->day, progress->days, progress->rows);
}

static void add_counts(struct text *text, const struct city_counts *counts, enum tongue tongue)
{
    bool chinese = tongue == TONGUE_ZH;
    for (enum city_file file = 0; file < CITY_FILES_COUNT; file++)
        if (counts->rows[file] != 0)
            text_addf(text, "  %10llu  %s\n", (unsigned long long)counts->rows[file],
                      city_file_name(file));
    text_addf(text,
              chinese ? "团伙 %llu，重复行 %llu，迟到行 %llu\n涉诈对象："
                      : "campaigns %llu, repeated rows %llu, late rows %llu\nfraudulent subjects:",
              (unsigned long long)counts->campaigns, (unsigned long long)counts->repeated,
              (unsigned long long)counts->late);
    for (enum city_label label = 0; label < CITY_LABELS_COUNT; label++)
        if (counts->labels[label] != 0)
            text_addf(text, " %s %llu", city_label_name(label),
                      (unsigned long long)counts->labels[label]);
    text_add_char(text, '\n');
}

static enum exit_code complain_city(const struct command *command, enum status status,
                                    const char *folder)
{
    if (status == STATUS_FULL)
        COMPLAIN(command, "there is not enough memory for a city of that size.",
                 "内存不足以生成这么大的城市。");
    else if (status == STATUS_REFUSED)
        COMPLAIN(command, "there is no such city; see `cutline simulate --help` for the bounds.",
                 "无法生成这样的城市；取值范围见 `cutline simulate --help`。");
    else
        COMPLAIN(command, "%s: cannot be written.", "%s：无法写入。", folder);
    return status == STATUS_REFUSED ? EXIT_USAGE : EXIT_FAILED;
}

enum exit_code verb_simulate(const struct command *command)
{
    struct settings settings;
    enum exit_code code = settings_read(&settings, command);
    if (code != EXIT_DONE)
        return code;
    const char *folder = command_value(command, FLAG_out);
    if (folder == NULL) {
        COMPLAIN(command, "`cutline simulate` wants --out DIR.",
                 "`cutline simulate` 需要 --out DIR。");
        return EXIT_USAGE;
    }
    if (!make_folder(folder)) {
        COMPLAIN(command, "%s: cannot be made: %s.", "%s：无法创建：%s。", folder, strerror(errno));
        return EXIT_FAILED;
    }
    struct city_options options = city_defaults();
    options.seed = settings.seed;
    options.people = settings.people;
    options.days = settings.days;
    options.start = settings.start;
    options.fraud = settings.fraud;
    options.classes = command_has(command, FLAG_classes);
    struct progress progress = progress_begun(command, clock_of_machine());
    struct city_progress_sink sink = {take_progress, &progress};
    struct city_counts counts = {0};
    enum status status = city_make(&options, folder, sink, &counts);
    progress_clear(&progress);
    if (status != STATUS_OK)
        return complain_city(command, status, folder);
    char bytes[COUNTS_BYTES_MAX];
    struct text text = text_over(bytes, sizeof bytes);
    add_counts(&text, &counts, command->tongue);
    if (!command_has(command, FLAG_quiet) && !say_on_out(text_slice(&text))) {
        COMPLAIN(command, "standard output cannot be written.", "无法写入标准输出。");
        return EXIT_FAILED;
    }
    return EXIT_DONE;
}
