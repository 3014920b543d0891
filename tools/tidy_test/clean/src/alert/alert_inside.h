/* alert_inside.h -- only for us. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
