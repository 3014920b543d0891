/* alert.h -- whose? */
#pragma once
