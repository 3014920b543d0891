/* encoding.c -- a file has one encoding; its lines vote for it.
 *
 * A line with bytes above 127 that is valid UTF-8 is a vote for UTF-8; one that is not, but has the
 * form of GB18030, is a vote for that.  Real Chinese text in GB18030 is hardly ever valid UTF-8
 * (the word U+8054 U+901A, "China Unicom", is the known exception), so the majority is right where
 * one line can mislead. Rows of the losing encoding are rejected, not repaired: half a file read
 * wrongly is worse than a message.
 *
 * In GB18030 the bytes of quote, comma, semicolon, tab and line end never stand inside a character,
 * so rows are split before they are decoded. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "encoding.h"

#include <errno.h>
#include <iconv.h>

/* Sixteen bytes worked on at once, on any machine that can. */
typedef unsigned char sixteen __attribute__((vector_size(16)));

static sixteen sixteen_at(const char *at)
{
    sixteen bytes;
    memcpy(&bytes, at, sizeof bytes);
    return bytes;
}

static bool any(sixteen bytes)
{
    uint64_t half[2];
    memcpy(half, &bytes, sizeof half);
    return (half[0] | half[1]) != 0;
}

unsigned row_bytes_of(struct slice row)
{
    sixteen high = {0};
    sixteen control = {0};
    char tail[sizeof(sixteen)];
    memset(tail, 'x', sizeof tail);
    for (size_t i = 0; i < row.size; i += sizeof(sixteen)) {
        const char *at = row.at + i;
        if (row.size - i < sizeof tail) {
            memcpy(tail, at, row.size - i);
            at = tail;
        }
        sixteen bytes = sixteen_at(at);
        high |= bytes & 0x80;
        control |= (sixteen)(bytes < 0x20) | (sixteen)(bytes == 0x7F);
    }
    unsigned found = any(high) ? ROW_HIGH : 0;
    if (any(control))
        found |= ROW_CONTROL | (memchr(row.at, '\0', row.size) != NULL ? ROW_NUL : 0);
    return found;
}

static bool between(unsigned char byte, unsigned char low, unsigned char high)
{
    return byte >= low && byte <= high;
}

/* Bytes of the GB18030 character at `at`; 0: none has this form. */
static size_t gb18030_size(const unsigned char *at, size_t size)
{
    if (at[0] < 0x80)
        return 1;
    if (size < 2 || !between(at[0], 0x81, 0xFE))
        return 0;
    if (at[1] != 0x7F && between(at[1], 0x40, 0xFE))
        return 2;
    bool four = size >= 4 && between(at[1], 0x30, 0x39) && between(at[2], 0x81, 0xFE) &&
                between(at[3], 0x30, 0x39);
    return four ? 4 : 0;
}

static bool gb18030_form(struct slice line)
{
    for (size_t i = 0; i < line.size;) {
        size_t size = gb18030_size((const unsigned char *)line.at + i, line.size - i);
        if (size == 0)
            return false;
        i += size;
    }
    return true;
}

enum encoding encoding_of(struct slice sample)
{
    unsigned votes[3] = {0};
    while (sample.size != 0) {
        const char *line_end = memchr(sample.at, '\n', sample.size);
        size_t size = line_end == NULL ? sample.size : (size_t)(line_end - sample.at);
        struct slice line = {sample.at, size};
        size_t taken = size + (line_end != NULL);
        sample = (struct slice){sample.at + taken, sample.size - taken};
        if ((row_bytes_of(line) & (ROW_HIGH | ROW_NUL)) != ROW_HIGH)
            continue;
        if (utf8_valid(line))
            votes[ENCODING_UTF8]++;
        else if (gb18030_form(line))
            votes[ENCODING_GB18030]++;
    }
    if (votes[ENCODING_GB18030] > votes[ENCODING_UTF8])
        return ENCODING_GB18030;
    return votes[ENCODING_UTF8] != 0 ? ENCODING_UTF8 : ENCODING_OPEN;
}

const char *encoding_name(enum encoding encoding)
{
    static const char *const NAMES[] = {"ASCII", "UTF-8", "GB18030"};
    return NAMES[encoding];
}

enum status transcode(struct transcoder *transcoder, struct slice from, struct text *out)
{
    if (transcoder->system == NULL) {
        iconv_t opened = iconv_open("UTF-8", "GB18030");
        if (opened == (iconv_t)-1)
            return STATUS_ABSENT;
        transcoder->system = opened;
    }
    (void)iconv(transcoder->system, NULL, NULL, NULL, NULL);
    char *in = (char *)(uintptr_t)from.at; /* iconv does not write to it */
    size_t in_size = from.size;
    char *to = out->at + out->size;
    size_t room = out->size_max - out->size;
    size_t result = iconv(transcoder->system, &in, &in_size, &to, &room);
    if (result == (size_t)-1)
        return errno == E2BIG ? STATUS_FULL : STATUS_MALFORMED;
    out->size = out->size_max - room;
    out->at[out->size] = '\0';
    return STATUS_OK;
}

void transcoder_release(struct transcoder *transcoder)
{
    if (transcoder->system != NULL)
        (void)iconv_close(transcoder->system);
    transcoder->system = NULL;
}
