"""Starts the simulator: `python3 test/simulator [options]`.

Prints one JSON line with the addresses once it can be used, and serves until
SIGTERM, SIGINT, or end of input with --until-eof.
"""

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
import threading

import demo
import keys
from appsflyer import api as appsflyer
from appsflyer.sample import SampleWorld as AppsFlyerWorld
from control import Control
from faults import FaultBook
from google_ads.api import GoogleAds
from google_ads.sample import SampleWorld
from kakao_moment import api as kakao
from kakao_moment.world import World as KakaoWorld
from meta_ads.api import FAULT_KEYS, MetaAds
from meta_ads.sample import SampleWorld as MetaSample
from naver_searchad import signature as naver
from naver_searchad.api import NaverSearchAd
from naver_searchad.world import MANAGER as NAVER_MANAGER
from naver_searchad.world import World as NaverWorld
from server import Listener, Simulator, StallListener
from state import Clock, RequestLog, Settings
from tiktok_ads import api as tiktok
from tiktok_ads.sample import SampleWorld as TikTokWorld


def parse_arguments():
    """Returns the command line as a namespace."""
    parser = argparse.ArgumentParser(prog="simulator")
    parser.add_argument("--port", type=int, default=0,
                        help="port of the HTTP listener (default: any)")
    parser.add_argument("--seeds", metavar="DIR",
                        help="serve the google_ads_*.csv and "
                        "facebook_ads_*.csv files of a folder")
    parser.add_argument("--world", choices=("sample", "demo"),
                        default="sample",
                        help="sample: the awkward accounts that tests need; "
                        "demo: an agency's plausible ones")
    parser.add_argument("--page-size", type=int, default=10000)
    parser.add_argument("--keys", metavar="DIR",
                        help="use the key material of a folder, which is made "
                        "with it if it is not there")
    parser.add_argument("--ready-file", metavar="FILE")
    parser.add_argument("--until-eof", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    return parser.parse_args()


def google_world(arguments, clock, ready):
    """Returns the world to serve; adds what is told about seeds to the ready
    line."""
    if not arguments.seeds:
        return (demo.GoogleWorld if arguments.world == "demo"
                else SampleWorld)(clock)
    from google_ads.seeds import SeedWorld, csv_totals
    world = SeedWorld(clock, arguments.seeds)
    ready["seeds"] = world.report()
    for name, totals in csv_totals(arguments.seeds).items():
        ready["seeds"][name]["totals"] = totals
    return world


def make_google(arguments, simulator, folder, ready):
    """Returns Google Ads; adds its sign-in to the ready line."""
    ready["token_url"] = ready["http"] + "/token"
    path, account, modulus = keys.service_account(
        folder, ready["token_url"])
    ready["service_account_key_file"] = path
    return GoogleAds(google_world(arguments, simulator.clock, ready),
                     simulator.clock, simulator.settings, account, modulus)


def make_meta(arguments, simulator, folder, ready):
    """Returns Meta Ads; adds what is told about its seeds to the ready
    line."""
    simulator.faults.declare(FAULT_KEYS)
    world = (demo.MetaWorld if arguments.world == "demo"
             else MetaSample)(simulator.clock)
    if arguments.seeds:
        from meta_ads.seeds import SeedWorld
        world = SeedWorld(simulator.clock, arguments.seeds)
        ready["meta_seeds"] = world.report()
    return MetaAds(world, simulator.clock, simulator.settings)


def make_appsflyer(arguments, simulator, folder, ready):
    """Returns AppsFlyer; adds its tokens to the ready line."""
    ready["appsflyer_token"] = appsflyer.API_TOKEN
    ready["appsflyer_revoked_token"] = appsflyer.REVOKED_TOKEN
    world = demo.AppsFlyerWorld if arguments.world == "demo" else (
        AppsFlyerWorld)
    return appsflyer.AppsFlyer(world(simulator.clock),
                               simulator.clock, simulator.settings)


def make_tiktok(arguments, simulator, folder, ready):
    """Returns TikTok Ads; adds its secrets to the ready line."""
    ready["tiktok_token"] = tiktok.TOKEN
    ready["tiktok_app_id"] = tiktok.APP_ID
    ready["tiktok_app_secret"] = tiktok.APP_SECRET
    world = demo.TikTokWorld if arguments.world == "demo" else TikTokWorld
    return tiktok.TikTokAds(world(simulator.clock), simulator.clock,
                            simulator.settings)


def make_naver(arguments, simulator, folder, ready):
    """Returns Naver SearchAd; adds its keys to the ready line."""
    ready["naver_api_key"] = naver.API_KEY
    ready["naver_secret_key"] = naver.SECRET_KEY
    ready["naver_renewed_key"] = naver.RENEWED_KEY
    ready["naver_manager"] = NAVER_MANAGER
    world = demo.NaverWorld if arguments.world == "demo" else NaverWorld
    return NaverSearchAd(world(simulator.clock), simulator.clock,
                         simulator.settings)


def make_kakao(arguments, simulator, folder, ready):
    """Returns Kakao Moment; adds its tokens to the ready line."""
    ready["kakao_token"] = kakao.TOKEN
    ready["kakao_second_token"] = kakao.SECOND_TOKEN
    ready["kakao_login_token"] = kakao.LOGIN_TOKEN
    world = demo.KakaoWorld if arguments.world == "demo" else KakaoWorld
    return kakao.KakaoMoment(world(simulator.clock), simulator.clock,
                             simulator.settings)


# One line per platform: makes it from the command line, the simulator, a
# folder for files and the ready line, to which it may add.
PLATFORMS = (
    make_google,
    make_meta,
    make_appsflyer,
    make_tiktok,
    make_naver,
    make_kakao,
)


def start(arguments, folder):
    """Starts all listeners and returns the ready line as a dict."""
    clock = Clock()
    settings = Settings(page_size=arguments.page_size)
    simulator = Simulator(clock, settings, RequestLog(), FaultBook())
    simulator.verbose = arguments.verbose
    listener = Listener(arguments.port, simulator)
    ready = {"http": listener.base_url}
    keys.provide(folder, arguments.keys)
    *simulator.tls, ready["ca_file"] = keys.tls_contexts(folder)
    secure = Listener(0, simulator, simulator.tls)
    ready["https"] = secure.base_url
    ready["stall_port"] = StallListener().port
    simulator.platforms += [make(arguments, simulator, folder, ready)
                            for make in PLATFORMS]
    simulator.control = Control(simulator, {
        platform.name: platform for platform in simulator.platforms})
    listener.start()
    secure.start()
    ready["pid"] = os.getpid()
    return ready


def announce(ready, ready_file):
    """Prints the ready line and writes it to the ready file, which appears
    complete or not at all."""
    line = json.dumps(ready)
    if ready_file:
        with open(ready_file + ".part", "w") as file:
            file.write(line + "\n")
        os.replace(ready_file + ".part", ready_file)
    print(line, flush=True)


def main():
    """Runs the simulator to its end."""
    arguments = parse_arguments()
    done = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: done.set())
    # Keys are readable by whoever runs the tests, so not mode 0700.
    folder = tempfile.mkdtemp(prefix="simulator-")
    os.chmod(folder, 0o755)
    try:
        announce(start(arguments, folder), arguments.ready_file)
        if arguments.until_eof:
            def wait_for_end():
                while sys.stdin.buffer.read(4096):
                    pass
                done.set()
            threading.Thread(target=wait_for_end, daemon=True).start()
        done.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
