/* encoding.h -- UTF-8 or GB18030, told by the bytes. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/text.h"

enum encoding { ENCODING_OPEN, ENCODING_UTF8, ENCODING_GB18030 };

/* What is among the bytes of a row, before any decoding; bits. */
enum row_bytes {
    ROW_HIGH = 1,    /* bytes above 127 */
    ROW_CONTROL = 2, /* control characters, line ends and tabs too */
    ROW_NUL = 4,
};

unsigned row_bytes_of(struct slice row);
/* Which encoding most lines with high bytes fit; OPEN: there are none, or they fit neither. */
enum encoding encoding_of(struct slice sample);
/* "UTF-8", "GB18030", "ASCII". */
const char *encoding_name(enum encoding encoding);

struct transcoder {
    void *system; /* iconv's; NULL: not opened yet */
};

/* Adds the GB18030 bytes to `out` as UTF-8.  MALFORMED: they are not GB18030.  ABSENT: this system
 * cannot convert GB18030.  FULL: `out` is too small; three bytes for two are enough. */
enum status transcode(struct transcoder *transcoder, struct slice from, struct text *out);
void transcoder_release(struct transcoder *transcoder);
