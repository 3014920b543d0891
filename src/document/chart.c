/* chart.c -- a chart as shapes: bars that lie, or a line over equal steps, for both forms.
 *
 *     label   ██████████████ 1,234          1,234 ┌────────────·
 *     label   ████ 12                             │      ·
 *                                               0 └───────────────
 *                                                   label … label
 *
 * Coordinates are whole tenths of a point, computed in integers: the same on every machine.  Beside
 * every bar stands its figure, so that nothing is said by a length alone. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "document/document_inside.h"

enum {
    LABEL_WIDTH = 1300,
    SHOWN_WIDTH = 900,
    BAR_STEP = 170,
    BAR_HEIGHT = 110,
    MARGIN = 60,
    LINE_HEIGHT = 1500,
    LINE_LEFT = 800,
    LINE_LABELS = 8,
};

static void add(struct drawing *drawing, struct shape shape)
{
    drawing->shape[drawing->shapes_count++] = shape;
}

static int64_t largest(const struct document_chart *chart)
{
    int64_t most = 1;
    for (unsigned i = 0; i < chart->points_count; i++)
        if (chart->point[i].value > most)
            most = chart->point[i].value;
    return most;
}

/* value / most of `length`, without overflow; a negative value counts as nothing. */
static int32_t share(int64_t value, int64_t most, int32_t length)
{
    if (value <= 0)
        return 0;
    return (int32_t)((__int128)value * length / most);
}

static void draw_bars(const struct document_chart *chart, struct drawing *drawing)
{
    const int32_t room = CHART_WIDTH - LABEL_WIDTH - SHOWN_WIDTH;
    int64_t most = largest(chart);
    int32_t y = MARGIN;
    for (unsigned i = 0; i < chart->points_count; i++, y += BAR_STEP) {
        const struct document_point *point = &chart->point[i];
        int32_t width = share(point->value, most, room), middle = y + BAR_HEIGHT / 2;
        add(drawing, (struct shape){.kind = SHAPE_TEXT,
                                    .x = LABEL_WIDTH - MARGIN,
                                    .y = middle,
                                    .anchor = DOCUMENT_RIGHT,
                                    .text = point->label});
        add(drawing,
            (struct shape){
                .kind = SHAPE_BAR, .x = LABEL_WIDTH, .y = y, .width = width, .height = BAR_HEIGHT});
        add(drawing, (struct shape){.kind = SHAPE_TEXT,
                                    .x = LABEL_WIDTH + width + MARGIN,
                                    .y = middle,
                                    .text = point->shown});
    }
    add(drawing,
        (struct shape){
            .kind = SHAPE_RULE, .x = LABEL_WIDTH, .y = MARGIN / 2, .height = y - MARGIN / 2});
    drawing->height = y + MARGIN / 2;
}

static int32_t across(const struct document_chart *chart, unsigned i)
{
    const int32_t room = CHART_WIDTH - LINE_LEFT - 6 * MARGIN;
    return chart->points_count == 1
               ? LINE_LEFT + room / 2
               : LINE_LEFT + (int32_t)((int64_t)room * i / (chart->points_count - 1));
}

static void draw_line(const struct document_chart *chart, struct drawing *drawing)
{
    int64_t most = largest(chart);
    const int32_t floor_y = MARGIN + LINE_HEIGHT;
    unsigned every = (chart->points_count + LINE_LABELS - 1) / LINE_LABELS, top = 0;
    int32_t before_x = 0, before_y = 0;
    add(drawing,
        (struct shape){
            .kind = SHAPE_RULE, .x = LINE_LEFT, .y = floor_y, .width = CHART_WIDTH - LINE_LEFT});
    for (unsigned i = 0; i < chart->points_count; i++) {
        const struct document_point *point = &chart->point[i];
        int32_t x = across(chart, i), y = floor_y - share(point->value, most, LINE_HEIGHT);
        if (i > 0)
            add(drawing, (struct shape){.kind = SHAPE_CURVE,
                                        .x = before_x,
                                        .y = before_y,
                                        .width = x - before_x,
                                        .height = y - before_y});
        add(drawing, (struct shape){.kind = SHAPE_DOT, .x = x, .y = y});
        if (i % every == 0)
            add(drawing, (struct shape){.kind = SHAPE_TEXT,
                                        .x = x,
                                        .y = floor_y + 2 * MARGIN,
                                        .anchor = DOCUMENT_CENTRE,
                                        .text = point->label});
        top = point->value > chart->point[top].value ? i : top;
        before_x = x;
        before_y = y;
    }
    add(drawing, (struct shape){.kind = SHAPE_TEXT,
                                .x = LINE_LEFT - MARGIN,
                                .y = MARGIN,
                                .anchor = DOCUMENT_RIGHT,
                                .text = chart->point[top].shown});
    add(drawing, (struct shape){.kind = SHAPE_TEXT,
                                .x = LINE_LEFT - MARGIN,
                                .y = floor_y,
                                .anchor = DOCUMENT_RIGHT,
                                .text = SLICE("0")});
    drawing->height = floor_y + 4 * MARGIN;
}

enum status chart_draw(const struct document_chart *chart, struct arena *arena, struct drawing *out)
{
    *out = (struct drawing){0};
    TRY(ARENA_NEW(arena, (size_t)3 * chart->points_count + 4, &out->shape));
    if (chart->figure == DOCUMENT_BARS)
        draw_bars(chart, out);
    else
        draw_line(chart, out);
    return STATUS_OK;
}
