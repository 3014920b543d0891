/* ground.h -- a face. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
int ground_count(void);
