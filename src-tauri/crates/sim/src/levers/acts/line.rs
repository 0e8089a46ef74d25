//! What the levers about the line, about time and about visibility do.

use serde_json::Value;

use super::{Done, count, number, read};
use crate::faults::Fault;
use crate::tempo::Delay;
use crate::world::World;

pub(super) fn fault(world: &mut World, sent: &Value) -> Done {
    world.faults.push(read::<Fault>(sent)?);
    Ok(())
}

pub(super) fn clear_faults(world: &mut World, _: &Value) -> Done {
    world.faults.clear();
    Ok(())
}

pub(super) fn poke(world: &mut World, _: &Value) -> Done {
    world.poke();
    Ok(())
}

pub(super) fn time_passes(world: &mut World, sent: &Value) -> Done {
    world.clock.pass(number(sent, "seconds")?);
    Ok(())
}

pub(super) fn clock_skew(world: &mut World, sent: &Value) -> Done {
    world.clock.skew(number(sent, "seconds")?);
    Ok(())
}

pub(super) fn instantiate_not_found(world: &mut World, sent: &Value) -> Done {
    world.quirks.instantiate_not_found = if sent["times"].is_null() {
        1
    } else {
        count(sent, "times")?
    };
    Ok(())
}

pub(super) fn visibility_delay(world: &mut World, sent: &Value) -> Done {
    world.quirks.delay = if !sent["reads"].is_null() {
        Some(Delay::Reads(count(sent, "reads")?))
    } else if !sent["seconds"].is_null() {
        Some(Delay::Seconds(number(sent, "seconds")?))
    } else {
        None
    };
    Ok(())
}

pub(super) fn replicas_disagree(world: &mut World, sent: &Value) -> Done {
    // An even number starts with a read that sees the object and ends with one that does not.
    world.quirks.delay = Some(Delay::Flicker(count(sent, "reads")?));
    Ok(())
}
