package scimtest

// EntraGallery is what Microsoft's open validator does, which applications for the Entra ID gallery have to pass.
var EntraGallery Suite
