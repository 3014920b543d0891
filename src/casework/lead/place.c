/* place.c -- an address cut down to the house, so that two carriers' registers meet.
 *
 *   云南省昆明市呈贡区吴家营街道春融街１号 锦华酒店8楼  ─┐
 *   呈贡区春融街一号锦华酒店 805 室                    ─┴─>  530114 春融街1号
 *
 *   1. full width to half, letters small, blanks and marks away, 十二号 to 12号
 *   2. province, city, county, street office away: the region's code says them
 *   3. cut behind the house's number, or behind the building's, or before floor and room
 *
 * Invariants:  1. A key made of a key is that key.
 *              2. Nothing is looked up: no list of streets, no map.  Two houses that differ in
 *                 street or number never share a key.
 * Not chosen:  distance of letters.  It would join house 1 and house 11. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/lead/place.h"

enum { POINTS_MAX = 256, UNIT_MAX = 12, LEAST_POINTS = 3, REGION_KEPT = 6 };

struct points {
    uint32_t at[POINTS_MAX];
    size_t count;
};

static void text_add_point(struct text *text, uint32_t point)
{
    if (point < 0x80) {
        text_add_char(text, (char)point);
    } else if (point < 0x800) {
        text_add_char(text, (char)(0xC0 | point >> 6));
        text_add_char(text, (char)(0x80 | (point & 0x3F)));
    } else if (point < 0x10000) {
        text_add_char(text, (char)(0xE0 | point >> 12));
        text_add_char(text, (char)(0x80 | (point >> 6 & 0x3F)));
        text_add_char(text, (char)(0x80 | (point & 0x3F)));
    } else {
        text_add_char(text, (char)(0xF0 | point >> 18));
        text_add_char(text, (char)(0x80 | (point >> 12 & 0x3F)));
        text_add_char(text, (char)(0x80 | (point >> 6 & 0x3F)));
        text_add_char(text, (char)(0x80 | (point & 0x3F)));
    }
}

/* Whether the point is one of the letters. */
static bool one_of(uint32_t point, const char *letters)
{
    struct slice rest = slice_of(letters);
    while (rest.size != 0)
        if (utf8_next(&rest) == point)
            return true;
    return false;
}

static bool is_digit(uint32_t point)
{
    return point >= '0' && point <= '9';
}

/* ---- 1: one way of writing ---- */

/* 0: it is dropped. */
static uint32_t folded(uint32_t point)
{
    if (point >= 0xFF01 && point <= 0xFF5E)
        point = point - 0xFF01 + '!';
    if (point >= 'A' && point <= 'Z')
        return point - 'A' + 'a';
    bool kept = (point >= 'a' && point <= 'z') || is_digit(point) || point >= 0x3007;
    if (!kept || one_of(point, "　、。〈〉《》「」『』【】〔〕"))
        return 0;
    return point;
}

static uint32_t digit_of(uint32_t point)
{
    struct slice rest = SLICE("零一二三四五六七八九");
    for (uint32_t digit = 0; rest.size != 0; digit++)
        if (utf8_next(&rest) == point)
            return digit;
    if (point == 0x3007) /* 〇 */
        return 0;
    return point == 0x4E24 ? 2 : UINT32_MAX; /* 两 */
}

static bool is_chinese_number(uint32_t point)
{
    return digit_of(point) != UINT32_MAX || one_of(point, "十百");
}

/* 一百零二 = 102, 十二 = 12, 二〇五 = 205 */
static uint32_t chinese_number(const uint32_t *at, size_t count)
{
    uint32_t sum = 0;
    uint32_t digit = 0;
    bool unit = false;
    for (size_t i = 0; i < count; i++) {
        uint32_t weight = one_of(at[i], "十") ? 10 : one_of(at[i], "百") ? 100 : 0;
        if (weight != 0) {
            sum += (digit == 0 ? 1 : digit) * weight;
            digit = 0;
            unit = true;
        } else {
            digit = unit ? digit_of(at[i]) : digit * 10 + digit_of(at[i]);
        }
    }
    return sum + digit;
}

/* Numbers in words that number a house, a building, a floor, a room. */
static void numbers_fold(struct points *points)
{
    struct points out = {.count = 0};
    for (size_t i = 0; i < points->count;) {
        size_t end = i;
        while (end < points->count && end - i < 6 && is_chinese_number(points->at[end]))
            end++;
        bool counts =
            end > i && end < points->count && one_of(points->at[end], "号栋幢座层楼室单弄");
        if (!counts) {
            end = end > i ? end : i + 1;
            for (; i < end; i++)
                out.at[out.count++] = points->at[i];
            continue;
        }
        char digits[16];
        struct text number = text_over(digits, sizeof digits);
        text_add_whole(&number, chinese_number(points->at + i, end - i));
        for (size_t d = 0; d < number.size && out.count < POINTS_MAX; d++)
            out.at[out.count++] = (uint32_t)digits[d];
        i = end;
    }
    *points = out;
}

static void points_read(struct points *points, struct slice address)
{
    points->count = 0;
    while (address.size != 0 && points->count < POINTS_MAX / 2) {
        uint32_t point = folded(utf8_next(&address));
        if (point != 0)
            points->at[points->count++] = point;
    }
    numbers_fold(points);
}

/* ---- 2: what the region's code says already ---- */

static void cut_front(struct points *points, size_t count)
{
    memmove(points->at, points->at + count, (points->count - count) * sizeof points->at[0]);
    points->count -= count;
}

/* Takes one unit that ends in one of these letters off the front. */
static void unit_cut(struct points *points, const char *ends)
{
    for (size_t i = 1; i < UNIT_MAX && i + 1 < points->count; i++) {
        if (is_digit(points->at[i]))
            return;
        if (!one_of(points->at[i], ends))
            continue;
        if (one_of(points->at[i - 1], "小社园景厂校片住宅") ||
            one_of(points->at[i + 1], "路街道巷场广府"))
            continue;
        cut_front(points, i + 1);
        return;
    }
}

/* 吴家营街道, 吴家营街道办事处 */
static void office_cut(struct points *points)
{
    for (size_t i = 2; i + 2 < points->count && i < UNIT_MAX; i++) {
        if (is_digit(points->at[i]))
            return;
        if (!one_of(points->at[i], "街") || !one_of(points->at[i + 1], "道"))
            continue;
        size_t cut = i + 2;
        if (points->count > cut + 3 && one_of(points->at[cut], "办"))
            cut += 3;
        if (!is_digit(points->at[cut]))
            cut_front(points, cut);
        return;
    }
}

/* ---- 3: the house ---- */

/* How many points end with the first number that has one of these letters behind it; 0: none. */
static size_t numbered(const struct points *points, const char *letters)
{
    for (size_t i = 1; i < points->count; i++)
        if (is_digit(points->at[i - 1]) && one_of(points->at[i], letters))
            return i + 1;
    return 0;
}

static void house_cut(struct points *points)
{
    size_t end = numbered(points, "号");
    if (end != 0) {
        bool building = end < points->count && one_of(points->at[end], "楼");
        points->count = end + (building ? 1 : 0);
        return;
    }
    end = numbered(points, "栋幢座");
    if (end != 0) {
        points->count = end;
        return;
    }
    end = numbered(points, "层楼室房单f");
    if (end == 0)
        return;
    for (end--; end > 0 && is_digit(points->at[end - 1]);)
        end--;
    points->count = end;
}

/* A district or a street without a number holds thousands. */
static bool is_vague(const struct points *points)
{
    for (size_t i = 0; i < points->count; i++)
        if (is_digit(points->at[i]))
            return false;
    if (points->count < LEAST_POINTS)
        return true;
    return one_of(points->at[points->count - 1], "省市州盟区县旗镇乡路街道巷") &&
           !one_of(points->at[points->count - 2], "小社园景厂校");
}

bool text_add_place_key(struct text *text, struct slice region, struct slice address)
{
    struct points points;
    points_read(&points, address);
    unit_cut(&points, "省");
    unit_cut(&points, "市州盟");
    unit_cut(&points, "区县旗市");
    office_cut(&points);
    house_cut(&points);
    if (points.count < LEAST_POINTS || is_vague(&points))
        return false;
    if (region.size > REGION_KEPT)
        region.size = REGION_KEPT;
    text_add(text, region);
    text_add_char(text, ' ');
    for (size_t i = 0; i < points.count; i++)
        text_add_point(text, points.at[i]);
    return !text->full;
}
