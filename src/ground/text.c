/* text.c -- bytes compared, copied, written and measured.
 *
 * Invariants:  1. A text holds a prefix of everything that was added to it: after the first piece
 * that does not fit, nothing more is written, not even a piece that would.
 *              2. The prefix never ends inside a code point that was added in one piece.
 *              3. at[size] is NUL at all times.
 * Not chosen:  buffers that grow.  Whoever writes a text knows how long it may become, and says so.
 *
 * The table of columns follows Unicode 15 UAX #11 for the scripts that our records and rules carry:
 * East Asian text, emoji, and the combining marks of the Latin, Greek, Cyrillic, Hebrew, Arabic,
 * Indic and Thai blocks.  A code point in neither table takes one column. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "text.h"

#include <stdarg.h>
#include <stdio.h>

bool slice_equal(struct slice a, struct slice b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.at, b.at, a.size) == 0);
}

int slice_compare(struct slice a, struct slice b)
{
    size_t size = a.size < b.size ? a.size : b.size;
    int order = size == 0 ? 0 : memcmp(a.at, b.at, size);
    if (order != 0)
        return order;
    return (a.size > b.size) - (a.size < b.size);
}

bool slice_starts(struct slice whole, struct slice start)
{
    return whole.size >= start.size &&
           (start.size == 0 || memcmp(whole.at, start.at, start.size) == 0);
}

enum status slice_copy(struct arena *arena, struct slice from, struct slice *out)
{
    if (from.size == SIZE_MAX)
        return STATUS_FULL;
    char *copy;
    TRY(ARENA_NEW(arena, from.size + 1, &copy)); /* zeroed, so the NUL is there */
    if (from.size != 0)
        memcpy(copy, from.at, from.size);
    *out = (struct slice){copy, from.size};
    return STATUS_OK;
}

struct text text_over(char *bytes, size_t size)
{
    must(size >= 1);
    bytes[0] = '\0';
    return (struct text){.at = bytes, .size_max = size - 1};
}

/* The largest prefix of `bytes` that is at most `size_max` long and does not split a code point. */
static size_t prefix_size(const char *bytes, size_t size, size_t size_max)
{
    if (size <= size_max)
        return size;
    size_t cut = size_max;
    for (int back = 0; back < 3 && cut > 0 && ((unsigned char)bytes[cut] & 0xC0) == 0x80; back++)
        cut--;
    return ((unsigned char)bytes[cut] & 0xC0) == 0x80 ? size_max
                                                      : cut; /* not UTF-8: cut anywhere */
}

void text_add(struct text *text, struct slice slice)
{
    if (text->full || slice.size == 0)
        return;
    size_t room = text->size_max - text->size;
    size_t size = prefix_size(slice.at, slice.size, room);
    memcpy(text->at + text->size, slice.at, size);
    text->size += size;
    text->at[text->size] = '\0';
    text->full = size < slice.size;
}

void text_add_string(struct text *text, const char *string)
{
    text_add(text, slice_of(string));
}

void text_add_char(struct text *text, char c)
{
    text_add(text, (struct slice){&c, 1});
}

void text_add_whole(struct text *text, int64_t number)
{
    char digits[20];
    size_t at = sizeof digits;
    uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (number < 0)
        digits[--at] = '-';
    text_add(text, (struct slice){digits + at, sizeof digits - at});
}

void text_addf(struct text *text, const char *format, ...)
{
    if (text->full)
        return;
    size_t room = text->size_max - text->size;
    va_list arguments;
    va_start(arguments, format);
    int wanted = vsnprintf(text->at + text->size, room + 1, format, arguments);
    va_end(arguments);
    must(wanted >= 0); /* only a wrong format makes it negative */
    if ((size_t)wanted <= room) {
        text->size += (size_t)wanted;
        return;
    }
    /* What was cut away is unknown here, so a lead byte whose tail is missing is found from behind.
     */
    size_t cut = text->size_max;
    size_t begin = cut;
    while (begin > text->size && cut - begin < 4) {
        begin--;
        struct slice rest = {text->at + begin, cut - begin};
        if (((unsigned char)text->at[begin] & 0xC0) == 0xC0) {
            if (!utf8_valid(rest))
                cut = begin;
            break;
        }
    }
    text->size = cut;
    text->at[cut] = '\0';
    text->full = true;
}

/* Decodes one code point of at least one byte.  Returns its size in bytes, or 0: not UTF-8. */
static size_t utf8_decode(struct slice slice, uint32_t *out)
{
    const unsigned char *at = (const unsigned char *)slice.at;
    if (at[0] < 0x80) {
        *out = at[0];
        return 1;
    }
    size_t size = at[0] >= 0xF0 ? 4 : at[0] >= 0xE0 ? 3 : 2;
    if (at[0] < 0xC2 || at[0] > 0xF4 || slice.size < size)
        return 0;
    uint32_t point = at[0] & (0x7Fu >> size);
    for (size_t i = 1; i < size; i++) {
        if ((at[i] & 0xC0) != 0x80)
            return 0;
        point = point << 6 | (at[i] & 0x3Fu);
    }
    static const uint32_t LEAST[] = {0, 0, 0x80, 0x800, 0x10000}; /* shorter forms exist below it */
    if (point < LEAST[size] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF))
        return 0;
    *out = point;
    return size;
}

uint32_t utf8_next(struct slice *rest)
{
    if (rest->size == 0)
        return 0;
    uint32_t point = 0xFFFD;
    size_t size = utf8_decode(*rest, &point);
    if (size == 0)
        size = 1;
    rest->at += size;
    rest->size -= size;
    return point;
}

bool utf8_valid(struct slice slice)
{
    size_t i = 0;
    while (i < slice.size) {
        if (slice.size - i >= 8) { /* eight ASCII bytes at once: most of what is ever read */
            uint64_t word;
            memcpy(&word, slice.at + i, sizeof word);
            if ((word & 0x8080808080808080u) == 0) {
                i += 8;
                continue;
            }
        }
        uint32_t point;
        size_t size = utf8_decode((struct slice){slice.at + i, slice.size - i}, &point);
        if (size == 0)
            return false;
        i += size;
    }
    return true;
}

/* The escape of one byte that JSON does not take as it is. */
static void add_escape(struct text *text, unsigned char byte)
{
    static const char HEX[] = "0123456789abcdef";
    static const char SHORT[][2] = {{'"', '"'},  {'\\', '\\'}, {'\n', 'n'}, {'\r', 'r'},
                                    {'\t', 't'}, {'\b', 'b'},  {'\f', 'f'}};
    for (size_t i = 0; i < sizeof SHORT / sizeof SHORT[0]; i++) {
        if ((unsigned char)SHORT[i][0] == byte) {
            text_add(text, (struct slice){(char[]){'\\', SHORT[i][1]}, 2});
            return;
        }
    }
    char escape[6] = {'\\', 'u', '0', '0', HEX[byte >> 4], HEX[byte & 15]};
    text_add(text, (struct slice){escape, sizeof escape});
}

void text_add_json(struct text *text, struct slice slice)
{
    text_add_char(text, '"');
    size_t plain = 0; /* where the run begins that can be copied as it is */
    size_t i = 0;
    while (i < slice.size) {
        unsigned char byte = (unsigned char)slice.at[i];
        uint32_t point;
        size_t size = 1;
        bool escaped = byte < 0x20 || byte == '"' || byte == '\\';
        if (byte >= 0x80)
            size = utf8_decode((struct slice){slice.at + i, slice.size - i}, &point);
        if (!escaped && size != 0) {
            i += size;
            continue;
        }
        text_add(text, (struct slice){slice.at + plain, i - plain});
        if (escaped)
            add_escape(text, byte);
        else
            text_add(text, SLICE("\xEF\xBF\xBD"));
        plain = ++i;
    }
    text_add(text, (struct slice){slice.at + plain, slice.size - plain});
    text_add_char(text, '"');
}

struct range {
    uint32_t first, last;
};

static const struct range ZERO_WIDTH[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489},   {0x0591, 0x05BD},   {0x05BF, 0x05BF}, {0x05C1, 0x05C2},
    {0x05C4, 0x05C5}, {0x05C7, 0x05C7},   {0x0610, 0x061A},   {0x061C, 0x061C}, {0x064B, 0x065F},
    {0x0670, 0x0670}, {0x06D6, 0x06DC},   {0x06DF, 0x06E4},   {0x06E7, 0x06E8}, {0x06EA, 0x06ED},
    {0x0900, 0x0902}, {0x093A, 0x093A},   {0x093C, 0x093C},   {0x0941, 0x0948}, {0x094D, 0x094D},
    {0x0951, 0x0957}, {0x0E31, 0x0E31},   {0x0E34, 0x0E3A},   {0x0E47, 0x0E4E}, {0x1160, 0x11FF},
    {0x1AB0, 0x1ACE}, {0x1DC0, 0x1DFF},   {0x200B, 0x200F},   {0x202A, 0x202E}, {0x2060, 0x2064},
    {0x20D0, 0x20F0}, {0x302A, 0x302D},   {0x3099, 0x309A},   {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F},
    {0xFEFF, 0xFEFF}, {0xE0001, 0xE007F}, {0xE0100, 0xE01EF},
};

static const struct range WIDE[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x2329, 0x232A},   {0x23E9, 0x23EC},
    {0x23F0, 0x23F0},   {0x23F3, 0x23F3},   {0x25FD, 0x25FE},   {0x2614, 0x2615},
    {0x2648, 0x2653},   {0x267F, 0x267F},   {0x2693, 0x2693},   {0x26A1, 0x26A1},
    {0x26AA, 0x26AB},   {0x26BD, 0x26BE},   {0x26C4, 0x26C5},   {0x26CE, 0x26CE},
    {0x26D4, 0x26D4},   {0x26EA, 0x26EA},   {0x26F2, 0x26F3},   {0x26F5, 0x26F5},
    {0x26FA, 0x26FA},   {0x26FD, 0x26FD},   {0x2705, 0x2705},   {0x270A, 0x270B},
    {0x2728, 0x2728},   {0x274C, 0x274C},   {0x274E, 0x274E},   {0x2753, 0x2755},
    {0x2757, 0x2757},   {0x2795, 0x2797},   {0x27B0, 0x27B0},   {0x27BF, 0x27BF},
    {0x2B1B, 0x2B1C},   {0x2B50, 0x2B50},   {0x2B55, 0x2B55},   {0x2E80, 0x303E},
    {0x3041, 0x4DBF},   {0x4E00, 0xA4CF},   {0xA960, 0xA97C},   {0xAC00, 0xD7A3},
    {0xF900, 0xFAFF},   {0xFE10, 0xFE19},   {0xFE30, 0xFE6F},   {0xFF01, 0xFF60},
    {0xFFE0, 0xFFE6},   {0x16FE0, 0x16FE4}, {0x16FF0, 0x16FF1}, {0x17000, 0x18CD5},
    {0x18D00, 0x18D08}, {0x1AFF0, 0x1B2FB}, {0x1F004, 0x1F004}, {0x1F0CF, 0x1F0CF},
    {0x1F18E, 0x1F18E}, {0x1F191, 0x1F19A}, {0x1F200, 0x1F265}, {0x1F300, 0x1F320},
    {0x1F32D, 0x1F335}, {0x1F337, 0x1F37C}, {0x1F37E, 0x1F393}, {0x1F3A0, 0x1F3CA},
    {0x1F3CF, 0x1F3D3}, {0x1F3E0, 0x1F3F0}, {0x1F3F4, 0x1F3F4}, {0x1F3F8, 0x1F43E},
    {0x1F440, 0x1F440}, {0x1F442, 0x1F4FC}, {0x1F4FF, 0x1F53D}, {0x1F54B, 0x1F54E},
    {0x1F550, 0x1F567}, {0x1F57A, 0x1F57A}, {0x1F595, 0x1F596}, {0x1F5A4, 0x1F5A4},
    {0x1F5FB, 0x1F64F}, {0x1F680, 0x1F6C5}, {0x1F6CC, 0x1F6CC}, {0x1F6D0, 0x1F6D2},
    {0x1F6D5, 0x1F6D7}, {0x1F6DC, 0x1F6DF}, {0x1F6EB, 0x1F6EC}, {0x1F6F4, 0x1F6FC},
    {0x1F7E0, 0x1F7EB}, {0x1F7F0, 0x1F7F0}, {0x1F90C, 0x1F93A}, {0x1F93C, 0x1F945},
    {0x1F947, 0x1F9FF}, {0x1FA70, 0x1FAFF}, {0x20000, 0x2FFFD}, {0x30000, 0x3FFFD},
};

static bool in_ranges(uint32_t point, const struct range *ranges, size_t count)
{
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (point > ranges[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && point >= ranges[low].first;
}

size_t utf8_columns(struct slice slice)
{
    size_t columns = 0;
    while (slice.size != 0) {
        uint32_t point = utf8_next(&slice);
        if (point < 0x300)
            columns++;
        else if (in_ranges(point, ZERO_WIDTH, sizeof ZERO_WIDTH / sizeof ZERO_WIDTH[0]))
            columns += 0;
        else
            columns += in_ranges(point, WIDE, sizeof WIDE / sizeof WIDE[0]) ? 2 : 1;
    }
    return columns;
}
