// Stands in for the system's getaddrinfo, for libcurl too: names under .test are ours, everything else goes
// on.
#include <dlfcn.h>
#include <netdb.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <string_view>
#include <thread>

extern "C" __attribute__((visibility("default"))) int getaddrinfo(const char* node, const char* service,
                                                                  const addrinfo* hints, addrinfo** result)
{
    using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
    static const auto system = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "getaddrinfo"));
    const std::string_view name = node ? node : "";
    if (name == "slow.test") {
        std::this_thread::sleep_for(std::chrono::seconds(3));
        return EAI_AGAIN;
    }
    if (name == "absent.test") return EAI_NONAME;
    if (name == "loopback.test") return system("127.0.0.1", service, hints, result);
    if (name == "flip.test") { // now one address, now another, as a name of an attacker may
        static std::atomic<int> asked = 0;
        return system(asked++ % 2 == 0 ? "127.0.0.1" : "127.0.0.2", service, hints, result);
    }
    if (name == "intranet.test") return system("10.11.12.13", service, hints, result);
    if (name == "mapped.test") return system("::ffff:127.0.0.1", service, hints, result);
    return system(node, service, hints, result);
}
