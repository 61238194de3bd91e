//! Lends the object database to gix: its tree editor, and later its merge, read through these traits.

use crate::odb::Odb;
use gix::ObjectId;
use gix::objs::Data;

impl gix::objs::Find for Odb {
    fn try_find<'a>(&self, id: &gix::oid, buffer: &'a mut Vec<u8>) -> gix::Result<Option<Data<'a>>> {
        let Some(object) = Self::find(self, &ObjectId::from(id)).map_err(gix::Error::from_error)? else {
            return Ok(None);
        };
        buffer.clear();
        buffer.extend_from_slice(&object.data);
        Ok(Some(Data::new(buffer, object.kind.to_gix(), gix::hash::Kind::Sha1)))
    }
}
