//! A stand-in for the AWS services on one loopback port: it speaks the wire protocols to the unmodified SDK.
//!
//! No framework stands between a test and the bytes, so that every fault can be had at every place. A [`Stub`] stops
//! when it is dropped. What it does not know it refuses, as the services do.

mod control;
mod events;
mod fault;
mod http;
mod identity;
mod logs;
mod serve;
mod tail;
mod xray;

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::now;

pub(crate) use events::{LogStore, Put, Visible};
pub(crate) use fault::{Fault, Injection, Plan};
pub(crate) use identity::Identity;
pub(crate) use tail::{End, Tail};
pub(crate) use xray::{Trace, TraceStore};

/// The account.
pub(crate) const ACCOUNT: &str = "111122223333";

/// The Region.
pub(crate) const REGION: &str = "us-east-1";

/// Longest a test waits for something that must come.
pub(crate) const DEADLINE: Duration = Duration::from_mins(1);

/// ARN of a log group.
pub(crate) fn log_group_arn(name: &str) -> String {
    format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}")
}

/// One call that came in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Call {
    /// IAM prefix of the service and operation: `logs:FilterLogEvents`.
    pub(crate) action: String,
    /// `Host` header.
    pub(crate) host: String,
    /// Access key id that it was signed with; empty when it was not.
    pub(crate) key: String,
    /// Region that it was signed for.
    pub(crate) region: String,
    /// Parameters: a JSON or form body, else path and query.
    pub(crate) input: String,
    /// The URL, when it came as to a proxy.
    pub(crate) proxied: Option<String>,
}

/// Calls that are kept in full; later ones are only counted.
const CALLS: usize = 20_000;

/// Everything that the services know, and how they behave.
#[derive(Debug)]
pub(crate) struct World {
    /// Log groups.
    pub(crate) logs: LogStore,
    /// Live Tail.
    pub(crate) tail: Tail,
    /// X-Ray.
    pub(crate) traces: TraceStore,
    /// AgentCore.
    pub(crate) resources: control::Resources,
    /// STS and IAM.
    pub(crate) identity: Identity,
    /// `deliverySources`, `deliveries`, `deliveryDestinations` and `resourcePolicies`, each entry as answered.
    pub(crate) lists: BTreeMap<&'static str, Vec<Value>>,
    /// Entries of a page of every list.
    pub(crate) list_page: usize,
    /// What goes wrong.
    pub(crate) faults: Plan,
    /// Calls in order.
    pub(crate) calls: Vec<Call>,
    /// Calls by action.
    pub(crate) counts: BTreeMap<String, u64>,
    /// Log events that were handed out, each as often as it was.
    pub(crate) served: u64,
    is_stopping: bool,
}

impl Default for World {
    fn default() -> Self {
        Self {
            logs: LogStore::default(),
            tail: Tail::default(),
            traces: TraceStore::default(),
            resources: control::Resources::default(),
            identity: Identity::default(),
            lists: BTreeMap::new(),
            list_page: 2,
            faults: Plan::default(),
            calls: Vec::new(),
            counts: BTreeMap::new(),
            served: 0,
            is_stopping: false,
        }
    }
}

impl World {
    /// How often `action` (`logs:FilterLogEvents`) was called.
    pub(crate) fn count(&self, action: &str) -> u64 {
        self.counts.get(action).copied().unwrap_or(0)
    }

    /// Notes a call.
    fn note(&mut self, call: Call) {
        *self.counts.entry(call.action.clone()).or_default() += 1;
        if self.calls.len() < CALLS {
            self.calls.push(call);
        }
    }
}

/// What the threads of a server share.
pub(crate) struct Shared {
    world: Mutex<World>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, World> {
        // A test that panicked inside has failed already; the others need no second panic.
        self.world.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn with<T>(&self, work: impl FnOnce(&mut World) -> T) -> T {
        let result = work(&mut self.lock());
        self.changed.notify_all();
        result
    }

    fn is_stopping(&self) -> bool {
        self.lock().is_stopping
    }

    /// Waits until `due`; true when the server is being stopped.
    fn sleep_until(&self, due: Instant) -> bool {
        let mut world = self.lock();
        while !world.is_stopping {
            let left = due.saturating_duration_since(now());
            if left.is_zero() {
                return false;
            }
            world =
                self.changed.wait_timeout(world, left).map_or_else(|e| e.into_inner().0, |(world, _)| world);
        }
        true
    }
}

/// A running server.
pub(crate) struct Stub {
    shared: Arc<Shared>,
    address: SocketAddr,
    listener: Option<JoinHandle<()>>,
}

impl Stub {
    /// Starts one on a free loopback port, with an empty account.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared { world: Mutex::new(World::default()), changed: Condvar::new() });
        let threads = Arc::clone(&shared);
        let listener = std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if threads.is_stopping() {
                    return;
                }
                let shared = Arc::clone(&threads);
                // A connection that breaks is what many tests are about.
                std::thread::spawn(move || drop(serve::connection(stream, &shared)));
            }
        });
        Self { shared, address, listener: Some(listener) }
    }

    /// Its URL, for `AWS_ENDPOINT_URL`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Reads or changes the account. No call is answered meanwhile.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut World) -> T) -> T {
        self.shared.with(work)
    }

    /// Waits until `is_true` of the account, which is asked after every call and every change.
    ///
    /// # Panics
    /// With `what` when it does not come true within [`DEADLINE`].
    pub(crate) fn wait(&self, what: &str, is_true: impl FnMut(&mut World) -> bool) {
        self.wait_for(what, DEADLINE, is_true);
    }

    /// The same with another limit.
    ///
    /// # Panics
    /// As [`wait`](Self::wait).
    pub(crate) fn wait_for(&self, what: &str, limit: Duration, mut is_true: impl FnMut(&mut World) -> bool) {
        let deadline = now() + limit;
        let mut world = self.shared.lock();
        while !is_true(&mut world) {
            let left = deadline.saturating_duration_since(now());
            assert!(!left.is_zero(), "waited in vain: {what}; calls: {:?}", world.counts);
            let waited = self.shared.changed.wait_timeout(world, left);
            world = waited.map_or_else(|error| error.into_inner().0, |(world, _)| world);
        }
    }

    /// Adds a fault.
    pub(crate) fn inject(&self, injection: Injection) {
        self.with(|world| world.faults.add(injection));
    }

    /// Puts events.
    pub(crate) fn put(&self, group: &str, events: impl IntoIterator<Item = Put>) -> Vec<String> {
        self.with(|world| world.logs.put(group, events))
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.shared.with(|world| world.is_stopping = true);
        // Wakes the listener; threads of connections look at the flag.
        drop(TcpStream::connect(self.address));
        if let Some(listener) = self.listener.take() {
            let _ = listener.join();
        }
    }
}
