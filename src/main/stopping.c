/* stopping.c -- what is ordered of banks: letters out, and banks' answers in; all inside the
 * transaction of whoever moves the work or takes the letter. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "stopping.h"

/* ---- out ---- */

/* One that fetches cannot be told anything unasked: people of such a bank answer. */
static const struct partner *machine_of(const struct stopping *stopping, struct slice organisation)
{
    if (stopping->partners == NULL || stopping->outbox == NULL)
        return NULL;
    const struct partner *to = partner_of(stopping->partners, organisation);
    return to != NULL && to->way != PARTNER_WAY_FETCH ? to : NULL;
}

static bool known(void *self, struct slice organisation)
{
    return machine_of(self, organisation) != NULL;
}

static enum status post(void *self, const struct order_out *out, struct arena *request)
{
    struct stopping *stopping = self;
    char round[24];
    struct text number = text_over(round, sizeof round);
    const struct partner *to = machine_of(stopping, out->organisation);
    if (to == NULL)
        return STATUS_REFUSED;
    text_add_whole(&number, out->round);
    const struct slice parts[] = {slice_of(out->kind), out->work, to->id, text_slice(&number)};
    const struct outbox_draft draft = {
        .id = letter_id_of(parts, sizeof parts / sizeof parts[0]),
        .kind = slice_of(out->kind),
        .body = out->body,
        .to = to,
        .deadline = {stopping->clock.now(stopping->clock.self).ms + out->life_ms},
        .answer_wanted = true,
        .object = out->work,
    };
    return outbox_add(stopping->outbox, &draft, request, NULL);
}

struct order_post stopping_post_of(struct stopping *stopping)
{
    return (struct order_post){post, known, stopping};
}

void stopping_join(struct stopping *stopping, const struct partner_list *partners,
                   struct outbox *outbox)
{
    stopping->partners = partners;
    stopping->outbox = outbox;
}

/* ---- in ---- */

static enum status stop_come(void *self, const struct outbox_come *come, struct arena *request)
{
    struct stopping *stopping = self;
    bool used;
    if (!slice_equal(come->letter->kind, SLICE("stop.result")) || come->object.size == 0)
        return STATUS_REFUSED;
    return stop_take_result(stopping->desk, come->from->organisation, come->object,
                            come->letter->body, request, &used);
}

static enum status stop_missed(void *self, const struct outbox_missed *missed,
                               struct arena *request)
{
    struct stopping *stopping = self;
    return stop_unanswered(stopping->desk, missed->object, missed->arrived, request);
}

/* Also unasked: a freeze ends months after its letter. */
static enum status freeze_come(void *self, const struct outbox_come *come, struct arena *request)
{
    struct stopping *stopping = self;
    if (!slice_equal(come->letter->kind, SLICE("freeze.result")))
        return STATUS_REFUSED;
    return freeze_take_result(stopping->freezes, come->from->organisation, come->object,
                              come->letter->body, request);
}

static enum status freeze_missed(void *self, const struct outbox_missed *missed,
                                 struct arena *request)
{
    struct stopping *stopping = self;
    return freeze_unanswered(stopping->freezes, missed->object, missed->arrived, request);
}

static enum status return_come(void *self, const struct outbox_come *come, struct arena *request)
{
    struct stopping *stopping = self;
    if (!slice_equal(come->letter->kind, SLICE("return.result")))
        return STATUS_REFUSED;
    return return_take_result(stopping->returns, come->from->organisation, come->object,
                              come->letter->body, request);
}

static enum status return_missed(void *self, const struct outbox_missed *missed,
                                 struct arena *request)
{
    struct stopping *stopping = self;
    return return_unanswered(stopping->returns, missed->object, missed->arrived, request);
}

void stopping_plugs_of(struct stopping *stopping, struct outbox_plug out[STOPPING_PLUGS])
{
    out[0] = (struct outbox_plug){SLICE("stop"), stop_come, stop_missed, stopping};
    out[1] = (struct outbox_plug){SLICE("freeze"), freeze_come, freeze_missed, stopping};
    out[2] = (struct outbox_plug){SLICE("return"), return_come, return_missed, stopping};
}
