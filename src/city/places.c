/* places.c -- where things are: regions, sites, and the trunks by which the world outside comes in.
 *
 * Sites lie on a jittered grid that is walked to and fro like a field under the plough, so that
 * neighbours in the table are neighbours on the ground.  A region is a stretch of that walk.
 * Each site carries one cell for each operator. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "city_inside.h"

struct region_row {
    uint32_t code;
    const char *name;
    uint32_t weight; /* share of the residents */
};

static const struct region_row HERE[] = {
    {530102, "五华区", 135}, {530103, "盘龙区", 117}, {530111, "官渡区", 190},
    {530112, "西山区", 114}, {530114, "呈贡区", 77},  {530115, "晋宁区", 41},
    {530113, "东川区", 31},  {530181, "安宁市", 57},  {530125, "宜良县", 46},
    {530127, "嵩明县", 48},  {530129, "寻甸县", 55},  {530128, "禄劝县", 45},
    {530126, "石林县", 29},  {530124, "富民县", 18},
};
static const struct region_row ELSEWHERE[] = {
    {110105, "朝阳区", 0}, {310115, "浦东新区", 0}, {440305, "南山区", 0}, {330106, "西湖区", 0},
    {510107, "武侯区", 0}, {420106, "武昌区", 0},   {320505, "虎丘区", 0}, {370202, "市南区", 0},
    {500112, "渝北区", 0}, {430104, "岳麓区", 0},   {350203, "思明区", 0}, {410105, "金水区", 0},
    {450103, "青秀区", 0}, {532502, "开远市", 0},   {530402, "红塔区", 0}, {532901, "大理市", 0},
};
enum {
    HERE_COUNT = sizeof HERE / sizeof HERE[0],
    ELSEWHERE_COUNT = sizeof ELSEWHERE / sizeof ELSEWHERE[0]
};

static uint32_t row_of(uint32_t count)
{
    uint32_t size = 1;
    while (size * size < count)
        size++;
    return size;
}

static void sites_place(struct places *places, struct chance *c)
{
    uint32_t total = 0;
    for (uint32_t i = 0; i < HERE_COUNT; i++)
        total += HERE[i].weight;
    uint32_t region = 0, passed = HERE[0].weight;
    for (uint32_t i = 0; i < places->sites_count; i++) {
        while ((uint64_t)i * total >= (uint64_t)passed * places->sites_count)
            passed += HERE[++region].weight;
        uint32_t row = i / places->row_size, column = i % places->row_size;
        if (row % 2 == 1)
            column = places->row_size - 1 - column;
        int32_t step = (int32_t)(90000 / places->row_size); /* the city is 0.9 degrees wide */
        struct site *site = &places->sites[i];
        site->lat_e5 = 2460000 + (int32_t)row * step + (int32_t)dice_whole(c, 0, step);
        site->lon_e5 = 10230000 + (int32_t)column * step + (int32_t)dice_whole(c, 0, step);
        site->region = (uint16_t)region;
    }
}

enum status places_make(struct city *city)
{
    struct places *places = &city->places;
    struct chance c = city_stream(city, STREAM_PLACES, 0, 0);
    places->regions_here_count = HERE_COUNT;
    places->regions_count = HERE_COUNT + ELSEWHERE_COUNT;
    TRY(ARENA_NEW(city->boot, places->regions_count, &places->regions));
    for (uint32_t i = 0; i < places->regions_count; i++) {
        const struct region_row *row = i < HERE_COUNT ? &HERE[i] : &ELSEWHERE[i - HERE_COUNT];
        places->regions[i] = (struct region){.code = row->code, .name = row->name};
    }
    places->sites_count = 60 + city->options.people / 400;
    places->row_size = row_of(places->sites_count);
    TRY(ARENA_NEW(city->boot, places->sites_count, &places->sites));
    sites_place(places, &c);
    return STATUS_OK;
}

uint32_t site_any(const struct places *places, struct chance *c)
{
    return (uint32_t)chance_below(c, places->sites_count);
}

uint32_t site_near(const struct places *places, struct chance *c, uint32_t site, uint32_t steps)
{
    int64_t along = dice_whole(c, -(int64_t)steps, steps);
    int64_t across = dice_whole(c, -(int64_t)steps, steps);
    int64_t row = site / places->row_size + across, column = site % places->row_size;
    if (across % 2 != 0)
        column = places->row_size - 1 - column;
    int64_t found = row * places->row_size + column + along;
    return found < 0 || found >= places->sites_count ? site : (uint32_t)found;
}

/* Trunks 1..12 national, 13..18 fixed lines, 19..22 service numbers, 23..31 international. */
uint16_t trunk_any(struct chance *c, enum trunk_group group)
{
    static const uint8_t FIRST[] = {1, 13, 19, 23}, COUNT[] = {12, 6, 4, 9};
    return (uint16_t)(FIRST[group] + chance_below(c, COUNT[group]));
}

void text_add_trunk(struct text *text, uint16_t trunk)
{
    must(trunk < TRUNKS_COUNT);
    if (trunk == TRUNK_NONE)
        return;
    const char *group = trunk < 13 ? "nat-" : trunk < 19 ? "pstn-" : trunk < 23 ? "svc-" : "intl-";
    unsigned first = trunk < 13 ? 1 : trunk < 19 ? 13 : trunk < 23 ? 19 : 23;
    text_add_string(text, group);
    text_add_whole(text, trunk - first + 1);
}
