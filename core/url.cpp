#include "core/url.hpp"
