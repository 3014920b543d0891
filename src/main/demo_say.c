/* demo_say.c -- what the demo tells, and whether it is over.
 *
 * Each line is written whole, whichever thread says it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "demo.h"

#include "say.h"
#include "stop.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

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
