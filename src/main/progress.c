/* progress.c -- records, rate, share, time left, and the file in hand.
 *
 * Nothing is said with --quiet.  Where standard error is no terminal, a line is a line and stays,
 * so there is one in ten seconds. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "progress.h"

#include "say.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { DRAW_MS = 200, TELL_MS = 10000, LINE_BYTES = 1024 };

unsigned terminal_columns(int fd)
{
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    const char *columns = getenv("COLUMNS");
    long wide = columns == NULL ? 0 : strtol(columns, NULL, 10);
    return wide >= 20 && wide <= 10000 ? (unsigned)wide : 80;
}

struct progress progress_begun(const struct command *command, struct clock clock)
{
    int64_t now = clock.ticks_ms(clock.self);
    return (struct progress){command, clock, now, now, false};
}

int64_t progress_elapsed_ms(const struct progress *progress)
{
    return progress->clock.ticks_ms(progress->clock.self) - progress->began_ms;
}

/* Whether it is time to say something. */
static bool is_due(struct progress *progress)
{
    if (command_has(progress->command, FLAG_quiet))
        return false;
    int64_t now = progress->clock.ticks_ms(progress->clock.self);
    int64_t wait = progress->command->err_is_terminal ? DRAW_MS : TELL_MS;
    if (now - progress->shown_ms < wait)
        return false;
    progress->shown_ms = now;
    return true;
}

static void draw(struct progress *progress, struct text *line)
{
    bool terminal = progress->command->err_is_terminal;
    char bytes[LINE_BYTES + 16];
    struct text shown = text_over(bytes, sizeof bytes);
    struct slice rest = text_slice(line);
    size_t columns = terminal_columns(STDERR_FILENO) - 1;
    size_t used = 0;
    if (terminal)
        text_add_string(&shown, "\r\x1b[K");
    while (rest.size != 0) {
        struct slice point = rest;
        (void)utf8_next(&rest);
        point.size -= rest.size;
        used += utf8_columns(point);
        if (terminal && used > columns)
            break;
        text_add(&shown, point);
    }
    if (!terminal)
        text_add_char(&shown, '\n');
    say_on_err(text_slice(&shown));
    progress->drawn = terminal;
}

static void add_rate(struct text *line, uint64_t count, int64_t elapsed_ms, enum tongue tongue)
{
    double rate = elapsed_ms > 0 ? (double)count * 1000 / (double)elapsed_ms : 0;
    text_addf(line, tongue == TONGUE_ZH ? "%llu 条记录  每秒 %.0f 条" : "%llu records  %.0f/s",
              (unsigned long long)count, rate);
}

/* "  43 %  0:12 left" */
static void add_share(struct text *line, double share, int64_t elapsed_ms, enum tongue tongue)
{
    if (share <= 0)
        return;
    share = share > 1 ? 1 : share;
    long long left = (long long)((double)elapsed_ms * (1 - share) / share / 1000);
    text_addf(line,
              tongue == TONGUE_ZH ? "  %.0f%%  剩余 %lld:%02lld" : "  %.0f %%  %lld:%02lld left",
              100 * share, left / 60, left % 60);
}

void progress_show(struct progress *progress, const struct intake *intake)
{
    if (!is_due(progress))
        return;
    enum tongue tongue = progress->command->tongue;
    struct intake_counts counts;
    intake_count(intake, &counts);
    char bytes[LINE_BYTES];
    struct text line = text_over(bytes, sizeof bytes);
    int64_t elapsed = progress_elapsed_ms(progress);
    if (intake_is_sorting(intake))
        text_add_string(&line, tongue == TONGUE_ZH ? "排序前读入：" : "reading to sort: ");
    uint64_t held = intake_is_sorting(intake) ? 0 : counts.held;
    add_rate(&line, counts.read - held, elapsed, tongue);
    if (counts.bytes_total != 0)
        add_share(&line, (double)counts.bytes / (double)counts.bytes_total, elapsed, tongue);
    text_add_string(&line, "  ");
    text_add(&line, intake_current(intake));
    draw(progress, &line);
}

void progress_show_days(struct progress *progress, uint32_t day, uint32_t days, uint64_t rows)
{
    if (!is_due(progress))
        return;
    enum tongue tongue = progress->command->tongue;
    char bytes[LINE_BYTES];
    struct text line = text_over(bytes, sizeof bytes);
    add_rate(&line, rows, progress_elapsed_ms(progress), tongue);
    text_addf(&line, tongue == TONGUE_ZH ? "  第 %u 天，共 %u 天" : "  day %u of %u", day + 1,
              days);
    draw(progress, &line);
}

void progress_clear(struct progress *progress)
{
    if (progress->drawn)
        say_on_err(SLICE("\r\x1b[K"));
    progress->drawn = false;
}
