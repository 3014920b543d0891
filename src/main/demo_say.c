/* demo_say.c -- what the demo tells, and whether it is over.
 *
 * Each line is written whole, whichever thread says it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "demo.h"

#include "say.h"
#include "stop.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { LINE_BYTES = 1024, TURN_MS = 100 };

int64_t demo_since_ms(const struct demo *demo)
{
    return demo->clock.ticks_ms(demo->clock.self) - demo->started_ms;
}

void demo_tell(struct demo *demo, struct slice text)
{
    (void)pthread_mutex_lock(&demo->tell);
    (void)!say_on_out(text); /* whoever closed our output still has the console */
    (void)pthread_mutex_unlock(&demo->tell);
}

void demo_line(struct demo *demo, const char *format, ...)
{
    char bytes[LINE_BYTES], said[LINE_BYTES - 32];
    struct text text = text_over(bytes, sizeof bytes);
    int64_t since = demo_since_ms(demo);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(said, sizeof said, format, arguments);
    va_end(arguments);
    text_addf(&text, "%5lld.%lld s  %s\n", (long long)(since / SECOND_MS),
              (long long)(since % SECOND_MS / 100), said);
    demo_tell(demo, text_slice(&text));
}

void demo_note(const struct demo *demo, struct slice line)
{
    char path[PATH_MAX];
    int log = open(demo_path(demo, path, "log/actors.log"),
                   O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log < 0)
        return;
    (void)!write(log, line.at, line.size);
    (void)close(log);
}

struct slice demo_marked(struct slice marks, const char *what)
{
    size_t size = strlen(what);
    while (marks.size > 0) {
        const char *end = memchr(marks.at, '\n', marks.size);
        size_t line = end == NULL ? marks.size : (size_t)(end - marks.at);
        if (line > size + 1 && memcmp(marks.at, what, size) == 0 && marks.at[size] == ' ')
            return (struct slice){marks.at + size + 1, line - size - 1};
        size_t used = end == NULL ? line : line + 1;
        marks = (struct slice){marks.at + used, marks.size - used};
    }
    return SLICE("");
}

void demo_mark(struct demo *demo, const char *what, const char *id)
{
    (void)pthread_mutex_lock(&demo->tell);
    if (demo->marks.at == NULL)
        demo->marks = text_over(demo->mark_bytes, sizeof demo->mark_bytes);
    if (id[0] != '\0' && demo_marked(text_slice(&demo->marks), what).size == 0) {
        text_addf(&demo->marks, "%s %s\n", what, id);
        (void)!demo_put(demo, "ids", text_slice(&demo->marks)); /* without it the tour has none */
    }
    (void)pthread_mutex_unlock(&demo->tell);
}

bool demo_over(const struct demo *demo)
{
    bool ran = demo->wish.for_s != 0 && demo_since_ms(demo) >= demo->wish.for_s * SECOND_MS;
    return stop_asked() || ran || atomic_load(&demo->closing);
}

void demo_rest(const struct demo *demo, int64_t ms)
{
    for (; ms > 0 && !demo_over(demo); ms -= TURN_MS) {
        struct timespec pause = {0, (ms < TURN_MS ? ms : TURN_MS) * 1000000};
        (void)nanosleep(&pause, NULL);
    }
}
