/* lines.c -- lines of a batch, read without a tree: two members are possible, one is there. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "standing/standing_inside.h"

static void blanks_skip(struct slice *rest)
{
    while (rest->size > 0 && (rest->at[0] == ' ' || rest->at[0] == '\t' || rest->at[0] == '\r')) {
        rest->at++;
        rest->size--;
    }
}

static bool eat(struct slice *rest, char c)
{
    blanks_skip(rest);
    if (rest->size == 0 || rest->at[0] != c)
        return false;
    rest->at++;
    rest->size--;
    return true;
}

/* A text without escapes: identifiers have none. */
static bool text_read(struct slice *rest, struct slice *out)
{
    if (!eat(rest, '"'))
        return false;
    const char *end = memchr(rest->at, '"', rest->size);
    if (end == NULL)
        return false;
    *out = (struct slice){rest->at, (size_t)(end - rest->at)};
    if (memchr(out->at, '\\', out->size) != NULL)
        return false;
    rest->size -= out->size + 1;
    rest->at = end + 1;
    return true;
}

/* As executors' programs write it a million times: nothing but a key. */
static bool hash_alone(struct slice line, struct batch_line *out)
{
    static const char BEGIN[] = "{\"hash\":\"";
    enum { BEGIN_SIZE = sizeof BEGIN - 1, HASH_SIZE = 2 * STANDING_KEY_SIZE };
    if (line.size != BEGIN_SIZE + HASH_SIZE + 2 || memcmp(line.at, BEGIN, BEGIN_SIZE) != 0 ||
        memcmp(line.at + BEGIN_SIZE + HASH_SIZE, "\"}", 2) != 0)
        return false;
    *out = (struct batch_line){.hash = {line.at + BEGIN_SIZE, HASH_SIZE}};
    return true;
}

bool batch_line_read(struct slice line, struct batch_line *out)
{
    struct slice name, value;
    if (hash_alone(line, out))
        return true;
    *out = (struct batch_line){{NULL, 0}, {NULL, 0}};
    if (!eat(&line, '{') || !text_read(&line, &name) || !eat(&line, ':') ||
        !text_read(&line, &value) || !eat(&line, '}'))
        return false;
    blanks_skip(&line);
    if (line.size > 0 || value.size == 0)
        return false;
    if (slice_equal(name, SLICE("document")))
        out->document = value;
    else if (slice_equal(name, SLICE("hash")))
        out->hash = value;
    else
        return false;
    return true;
}

bool batch_next(struct slice *rest, struct slice *line)
{
    while (rest->size > 0) {
        const char *end = memchr(rest->at, '\n', rest->size);
        size_t size = end == NULL ? rest->size : (size_t)(end - rest->at);
        *line = (struct slice){rest->at, size};
        size_t gone = end == NULL ? size : size + 1;
        rest->at += gone;
        rest->size -= gone;
        if (size > 0 && !(size == 1 && line->at[0] == '\r'))
            return true;
    }
    return false;
}

bool standing_line_next(struct slice *rest, struct slice *line)
{
    return batch_next(rest, line);
}

bool standing_line_hash(struct slice line, struct slice *out)
{
    struct batch_line read;
    bool holds = batch_line_read(line, &read) && read.hash.size > 0;
    *out = read.hash;
    return holds;
}
