/* process.c -- how the service does, for whoever watches it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_inside.h"

enum { READY_BYTES_MAX = 4096, FIGURES_BYTES_MAX = 128 * 1024 };

void handle_readyz(struct visit *visit)
{
    const struct api_process *process = &visit->rooms->process;
    struct text text = visit_paper(visit, READY_BYTES_MAX);
    if (process->ready == NULL) {
        visit_problem(visit, PROBLEM_unavailable, NULL);
        return;
    }
    bool ready = process->ready(process->self, &text);
    visit_answer_json(visit, ready ? 200 : 503, &text);
    visit_header(visit, "Cache-Control", SLICE("no-store"));
}

void handle_metrics(struct visit *visit)
{
    const struct api_process *process = &visit->rooms->process;
    if (process->figures == NULL) {
        visit_problem(visit, PROBLEM_unavailable, NULL);
        return;
    }
    struct text text = visit_paper(visit, FIGURES_BYTES_MAX);
    if (!text.full)
        process->figures(process->self, &text);
    visit_answer_text(visit, 200, "application/openmetrics-text; version=1.0.0; charset=utf-8",
                      &text);
}
