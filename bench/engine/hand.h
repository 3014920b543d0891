/* hand.h -- the same work as two rules, written by hand in C for just these two: the yardstick. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

struct hand_call {
    int64_t at_ms;
    uint64_t caller, callee, imei, imsi;
    uint32_t duration_ms; /* UINT32_MAX: unknown */
};

struct hand;

struct hand *hand_create(uint64_t entities_max);
/* Alerts of these calls: different callees of the caller in an hour >= 30 with a mean duration
 * below 60 s; different cards on the handset in 24 h >= 5. */
uint64_t hand_take(struct hand *hand, const struct hand_call *calls, uint32_t count);
void hand_destroy(struct hand *hand);
