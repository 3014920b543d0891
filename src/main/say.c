/* say.c -- the two ways out: data on standard output, everything else on standard error.
 *
 * Nothing is buffered here, so what was said before a crash was said. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "say.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

enum { SENTENCE_BYTES_MAX = 4096 };

static bool write_all(int fd, struct slice slice)
{
    while (slice.size != 0) {
        ssize_t count = write(fd, slice.at, slice.size);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        slice.at += count;
        slice.size -= (size_t)count;
    }
    return true;
}

void say_wrong(const char *format, ...)
{
    char bytes[SENTENCE_BYTES_MAX];
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(bytes, sizeof bytes, format, arguments);
    va_end(arguments);
    must(size >= 0);
    if ((size_t)size >= sizeof bytes)
        size = sizeof bytes - 1;
    char sentence[SENTENCE_BYTES_MAX + 16];
    struct text text = text_over(sentence, sizeof sentence);
    text_add_string(&text, "cutline: ");
    text_add(&text, (struct slice){bytes, (size_t)size});
    text_add_char(&text, '\n');
    say_on_err(text_slice(&text));
}

enum exit_code say_no_memory(const struct command *command)
{
    COMPLAIN(command, "there is not enough memory.", "内存不足。");
    return EXIT_FAILED;
}

void say_on_err(struct slice slice)
{
    (void)write_all(STDERR_FILENO, slice); /* there is nobody left to tell */
}

bool say_on_out(struct slice slice)
{
    return write_all(STDOUT_FILENO, slice);
}
