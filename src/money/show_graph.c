/* show_graph.c -- a trace as GraphML 1.0: accounts and ends as nodes, payments as edges. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "money/show_inside.h"

static const char HEAD[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n"
    "<key id=\"name\" for=\"node\" attr.name=\"name\" attr.type=\"string\"/>\n"
    "<key id=\"sort\" for=\"node\" attr.name=\"sort\" attr.type=\"string\"/>\n"
    "<key id=\"bank\" for=\"node\" attr.name=\"bank\" attr.type=\"string\"/>\n"
    "<key id=\"level\" for=\"node\" attr.name=\"level\" attr.type=\"int\"/>\n"
    "<key id=\"held\" for=\"node\" attr.name=\"held\" attr.type=\"double\"/>\n"
    "<key id=\"time\" for=\"edge\" attr.name=\"time\" attr.type=\"string\"/>\n"
    "<key id=\"amount\" for=\"edge\" attr.name=\"amount\" attr.type=\"double\"/>\n"
    "<key id=\"traced\" for=\"edge\" attr.name=\"traced\" attr.type=\"double\"/>\n"
    "<graph id=\"trace\" edgedefault=\"directed\">\n";

static void add_node(struct text *text, const struct trace_view *view, uint32_t number)
{
    const struct trace_account *account = &view->trace->account[number];
    char bytes[256];
    struct text name = text_over(bytes, sizeof bytes);
    show_add_account(&name, view, account->name);
    text_addf(text, "<node id=\"a%u\"><data key=\"name\">", number);
    text_add_html(text, text_slice(&name));
    text_add_string(text, "</data><data key=\"sort\">account</data>");
    name = text_over(bytes, sizeof bytes);
    show_add_bank(&name, view, account->bank);
    if (name.size != 0) {
        text_add_string(text, "<data key=\"bank\">");
        text_add_html(text, text_slice(&name));
        text_add_string(text, "</data>");
    }
    text_addf(text, "<data key=\"level\">%u</data><data key=\"held\">", account->level);
    show_add_amount(text, view, account->held);
    text_add_string(text, "</data></node>\n");
}

static void add_outer_nodes(struct text *text, const struct trace_view *view)
{
    char bytes[256];
    struct text name = text_over(bytes, sizeof bytes);
    if (ident_known(view->trace->start))
        show_add_account(&name, view, view->trace->start);
    else
        text_add_string(&name, show_word(SHOW_CASH, view->tongue));
    text_add_string(text, "<node id=\"start\"><data key=\"name\">");
    text_add_html(text, text_slice(&name));
    text_add_string(text, "</data><data key=\"sort\">start</data></node>\n");
    for (unsigned i = 0; i < ENDS_COUNT; i++)
        if (view->trace->ended[i] != 0)
            text_addf(text,
                      "<node id=\"%s\"><data key=\"name\">%s</data>"
                      "<data key=\"sort\">end</data></node>\n",
                      trace_end_word(i), trace_end_says(i).in[view->tongue]);
}

static void add_place(struct text *text, uint32_t account, enum trace_end end)
{
    if (account != TRACE_START)
        text_addf(text, "a%u", account);
    else
        text_add_string(text, end == ENDS_COUNT ? "start" : trace_end_word(end));
}

static void add_edge(struct text *text, const struct trace_view *view, uint32_t number)
{
    const struct trace_edge *edge = &view->trace->edge[number];
    bool back = view->trace->request.backward; /* arrows follow the money */
    if (edge->end != ENDS_COUNT && view->trace->ended[edge->end] == 0)
        return; /* all of it was taken back */
    text_addf(text, "<edge id=\"p%u\" source=\"", number);
    add_place(text, back ? edge->to : edge->from, back ? edge->end : ENDS_COUNT);
    text_add_string(text, "\" target=\"");
    add_place(text, back ? edge->from : edge->to, back ? ENDS_COUNT : edge->end);
    text_add_string(text, "\"><data key=\"time\">");
    show_add_time(text, view, edge->payment.key.ms);
    text_add_string(text, "</data><data key=\"amount\">");
    show_add_amount(text, view, edge->payment.amount);
    text_add_string(text, "</data><data key=\"traced\">");
    show_add_amount(text, view, edge->traced);
    text_add_string(text, "</data></edge>\n");
}

enum status trace_show_graph(const struct trace_view *view, struct trace_outlet outlet)
{
    char bytes[SHOW_LINE_MAX];
    struct text text = text_over(bytes, sizeof bytes);
    text_add_string(&text, HEAD);
    TRY(show_flush(&text, outlet));
    add_outer_nodes(&text, view);
    for (uint32_t i = 0; i < view->trace->accounts_count; i++) {
        add_node(&text, view, i);
        TRY(show_flush(&text, outlet));
    }
    for (uint32_t i = 0; i < view->trace->edges_count; i++) {
        add_edge(&text, view, i);
        TRY(show_flush(&text, outlet));
    }
    text_add_string(&text, "</graph>\n</graphml>\n");
    return show_flush(&text, outlet);
}
